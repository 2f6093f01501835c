/** What the operators' procedures answer. */
import type { createCaller } from "@/server/api/root.ts";

type Admin = ReturnType<typeof createCaller>["admin"];
export type FederationView = Awaited<ReturnType<Admin["federation"]["view"]>>;
export type LoginPage = Awaited<ReturnType<Admin["logins"]["search"]>>;
export type LoginDetail = Awaited<ReturnType<Admin["logins"]["get"]>>;
export type InstitutionRow = Awaited<ReturnType<Admin["settings"]["search"]>>["institutions"][number];
export type SettingsView = Awaited<ReturnType<Admin["settings"]["get"]>>;
export type SettingName = keyof SettingsView["texts"];
export type SettingFault = Extract<
  Awaited<ReturnType<Admin["settings"]["change"]>>,
  { result: "refused" }
>["faults"][number];
export type VersionView = Awaited<ReturnType<Admin["settings"]["versions"]>>["versions"][number];
export type PlanPage = Awaited<ReturnType<Admin["settings"]["planned"]>>;
export type UpkiOverview = Awaited<ReturnType<Admin["upki"]["overview"]>>;
export type DeadLetter = Awaited<ReturnType<Admin["upki"]["dead"]>>[number];
export type OpenRequest = Awaited<ReturnType<Admin["upki"]["openRequests"]>>[number];
export type DifferenceRow = Awaited<ReturnType<Admin["upki"]["differences"]>>[number];
export type AdoptionPlan = Awaited<ReturnType<Admin["upki"]["planAdoption"]>>[number];
export type FoundPerson = Awaited<ReturnType<Admin["people"]["find"]>>[number];
export type Holding = Awaited<ReturnType<Admin["people"]["holders"]>>["roles"][number];
export type PersonDetail = Awaited<ReturnType<Admin["people"]["get"]>>;
export type LetterRow = Awaited<ReturnType<Admin["letters"]["search"]>>["letters"][number];
export type JobRow = Awaited<ReturnType<Admin["jobs"]["search"]>>["jobs"][number];
export type Authorities = Awaited<ReturnType<Admin["authorities"]["view"]>>;
export type WatchedIssuer = NonNullable<Authorities["own"]>["issuers"][number];
export type ApplicationDetail = Awaited<ReturnType<Admin["applications"]["get"]>>;
export type WaitingApproval = Awaited<ReturnType<Admin["approvals"]["list"]>>["rows"][number];
export type WebhookRow = Awaited<ReturnType<Admin["webhooks"]["list"]>>["webhooks"][number];
export type DeliveryRow = Awaited<ReturnType<Admin["webhooks"]["get"]>>["deliveries"][number];
export type Overview = Awaited<ReturnType<Admin["overview"]["get"]>>["figures"];
export type InstitutionChoice = Awaited<ReturnType<Admin["overview"]["get"]>>["institutions"][number];
export type FoundApplication = Awaited<ReturnType<Admin["applications"]["search"]>>["applications"][number];
export type AuditPage = Awaited<ReturnType<Admin["audit"]["search"]>>;
export type OffboardingRow = Awaited<ReturnType<Admin["offboardings"]["list"]>>["offboardings"][number];
export type OffboardingPlan = Awaited<ReturnType<Admin["offboardings"]["plan"]>>;
export type OffboardingLine = Awaited<ReturnType<Admin["offboardings"]["get"]>>["lines"][number];
export type InvitationPlan = Awaited<ReturnType<Admin["invitations"]["plan"]>>;
export type InvitationBatch = Awaited<ReturnType<Admin["invitations"]["list"]>>["batches"][number];
export type InvitationRow = Awaited<ReturnType<Admin["invitations"]["get"]>>["rows"][number];
export type TokenRow = Awaited<ReturnType<Admin["tokens"]["list"]>>[number];
