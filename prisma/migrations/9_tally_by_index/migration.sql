-- A plan is kept, and one that was made while applications were few reads them all for every change of an order, also when they are many:
-- each application is found by its key, however many there are.
ALTER FUNCTION portal_tally_orders() SET enable_seqscan = off;
ALTER FUNCTION portal_tally_orders() SET enable_hashjoin = off;
ALTER FUNCTION portal_tally_orders() SET enable_mergejoin = off;
