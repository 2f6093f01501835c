/** Every procedure there is. */
import { adminRouter } from "./routers/admin.ts";
import { authoritiesRouter } from "./routers/authorities.ts";
import { enrollmentRouter } from "./routers/enrollment.ts";
import { federationRouter } from "./routers/federation.ts";
import { issuingRouter } from "./routers/issuing.ts";
import { loginRouter } from "./routers/login.ts";
import { sessionRouter } from "./routers/session.ts";
import { createCallerFactory, router } from "./trpc.ts";

export const appRouter = router({
  session: sessionRouter,
  login: loginRouter,
  federation: federationRouter,
  enrollment: enrollmentRouter,
  issuing: issuingRouter,
  authorities: authoritiesRouter,
  admin: adminRouter,
});

export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
