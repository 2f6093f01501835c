"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";
import { canMakeKeys } from "@/components/keys/capable.ts";
import { enteredPin, onPinChange } from "@/components/keys/entered-pin.ts";
import { Notice } from "@/components/ui/notice.tsx";
import { CollectedForm, type CollectedState } from "./collected-form.tsx";
import { DeviceChoice } from "./device-choice.tsx";
import { KeyKindChoice } from "./key-kind-choice.tsx";
import { useLookAgain } from "./look-again.ts";
import { LostKey } from "./lost-key.tsx";
import { OtherWays } from "./other-ways.tsx";
import { ProblemNotice, usePinError } from "./own-key-problem.tsx";
import { PinField } from "./pin-field.tsx";
import type { Suggestion } from "./suggestion.ts";
import { UnkeptKey } from "./unkept-key.tsx";
import { type OwnKeyActions, useOwnKey } from "./use-own-key.ts";
import { WorkingButton } from "./working-button.tsx";

export type OwnKeyProps = {
  ticket: string;
  /** SHA-256, hexadecimal: under it the browser keeps the key. */
  ticketHash: string;
  fileName: string;
  /** There is a certificate, of a key that some browser made. */
  isCertified: boolean;
  /** Whether the institution also allows keys that the server makes. */
  isServerAllowed: boolean;
  isUploadAllowed: boolean;
  /** The button was pressed before this page could answer it. */
  wasEarly: boolean;
  suggestion: Suggestion;
  /** Where the form leads without JavaScript, or where the server makes the key. */
  plainAction: string;
  actions: OwnKeyActions & {
    confirm: (before: CollectedState, form: FormData) => Promise<CollectedState>;
  };
  /** What is said between the explanation and the form. */
  children: ReactNode;
};

const never = () => () => {};

/** STEP2 where the browser makes the key: the same device choice and the same button. */
export function OwnKey(props: OwnKeyProps) {
  const { ticket, ticketHash, fileName, isCertified, isServerAllowed, suggestion, actions } = props;
  const t = useTranslations("Issue.own");
  const download = useTranslations("Issue.download");
  const name = fileName.replace(/\.p12$/, "");
  const way = useOwnKey({ ticket, ticketHash, name, isCertified, actions });
  const { phase, issued, gone, problem } = way;
  // On the server, and so without JavaScript, the page looks as if both were there: nothing is asked for twice, nothing jumps.
  const isCapable = useSyncExternalStore(never, canMakeKeys, () => true);
  const hasPin = useSyncExternalStore(
    onPinChange,
    () => enteredPin(ticket) !== null,
    () => true,
  );
  const pinError = usePinError(problem);
  const pinField = useRef<HTMLInputElement>(null);
  const told = useRef<HTMLDivElement>(null);
  const watch = useLookAgain(!isCertified);
  const isIssued = issued !== null;
  const isThere = isCertified || isIssued;
  // A form that the server answers with a file, where there is no script or no WebCrypto.
  const isPlain = isServerAllowed && !isThere;

  // What there is to do now is above the button that was pressed; on a phone, out of sight.
  useEffect(() => {
    if (isIssued) told.current?.focus();
  }, [isIssued]);

  useEffect(() => {
    if (problem?.of === "pin") pinField.current?.focus();
    else if (problem) told.current?.focus();
  }, [problem]);

  function send(event: FormEvent<HTMLFormElement>): void {
    const { submitter } = event.nativeEvent as SubmitEvent;
    const isForServer = !isCapable || submitter?.getAttribute("value") === "server";
    if (isForServer && !isCertified) {
      watch();
      return;
    }
    event.preventDefault();
    way.download(new FormData(event.currentTarget));
  }

  if (!isCapable && (isCertified || !isServerAllowed)) {
    return (
      <Notice tone="error" title={t("incapable.title")}>
        <p>{t(isCertified ? "incapable.issued" : "incapable.forbidden")}</p>
      </Notice>
    );
  }
  if (gone) {
    return <LostKey because={gone} {...{ phase, problem, suggestion, hasPin }} send={way.goOnFromFile} />;
  }
  return (
    <>
      <div role="status" tabIndex={-1} ref={told}>
        {issued && (
          <Notice tone="success" title={download("collected", { fileName })}>
            <p>{t(issued.isKept ? "again" : "againUnkept")}</p>
          </Notice>
        )}
        {isCertified && !isIssued && (
          <Notice tone="info" title={t("issuedBefore")}>
            <p>{t("issuedBeforeHint", { fileName })}</p>
          </Notice>
        )}
      </div>
      {problem && <ProblemNotice problem={problem} isUnkept={phase.at === "unkept"} />}
      {props.wasEarly && !problem && !isThere && phase.at === "ready" && (
        <Notice tone="warning" role="alert" title={t("early")}>
          <p>{t("earlyHint")}</p>
        </Notice>
      )}
      {!isThere && <p>{download("explanation", { fileName })}</p>}
      {!isCapable && (
        <Notice tone="info" title={t("incapable.title")}>
          <p>{t("incapable.server")}</p>
        </Notice>
      )}
      {props.children}
      {isIssued && <CollectedForm ticket={ticket} action={actions.confirm} isMain />}
      {phase.at === "unkept" && <UnkeptKey goOn={way.goOn} />}
      <form
        id="download"
        method="post"
        action={props.plainAction}
        className={isPlain ? "stack" : "stack needs-script"}
        onSubmit={send}
        hidden={phase.at === "unkept"}
      >
        {isPlain && !isCapable && <input type="hidden" name="madeBy" value="server" />}
        {isCapable && !hasPin && <PinField hint={t("pinHint")} error={pinError} field={pinField} />}
        <DeviceChoice suggestion={suggestion} />
        {isCapable && !isThere && <KeyKindChoice />}
        {isCapable && <p className="hint needs-script">{t(isThere ? "made" : "promise")}</p>}
        <WorkingButton
          phase={phase}
          className={`button button-wide ${isThere ? "button-plain" : "button-main"}`}
        >
          {download(isThere ? "downloadAgain" : "button")}
        </WorkingButton>
        {isPlain && (
          <button
            type="submit"
            name="madeBy"
            value="server"
            className="button button-main button-wide without-script"
          >
            {download("button")}
          </button>
        )}
      </form>
      {isPlain && (
        <div className="stack without-script">
          <p>{download("window")}</p>
          <CollectedForm ticket={ticket} action={actions.confirm} isMain={false} />
        </div>
      )}
      {!isThere && isCapable && phase.at !== "unkept" && <p className="needs-script">{t("window")}</p>}
      {!isThere && <OtherWays {...props} />}
      {isCertified && !isIssued && <CollectedForm ticket={ticket} action={actions.confirm} isMain={false} />}
    </>
  );
}
