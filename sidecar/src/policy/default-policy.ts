/**
 * The policy that a sidecar starts with: the five shipped roles, as Cedar text that users copy and edit. What no policy
 * permits is denied, and a `forbid` wins over every `permit`.
 */
export const defaultPolicy = `// FerroHSM: who may do what. What no policy permits is denied; a forbid wins over every permit.
// Each policy needs an @id of its own: decisions and the audit log name it.
// Groups of actions: "keys.*", "subtle.*", "audit.*", "system.*", "session.*" by their prefix;
// "key.use" computes with a key, "key.release" lets secret key material leave.
// More rules to choose from are in the documentation: minimum strength, CNSA 2.0, hybrid only.

// ---- Everyone who is authenticated -------------------------------------------------------------------------------

@id("everyone.basics")
permit (
  principal,
  action in [
    Action::"system.hello", Action::"system.status", Action::"system.random", Action::"rpc.discover",
    Action::"session.whoami", Action::"session.release", Action::"approvals.list", Action::"approvals.events",
    Action::"system.unseal"
  ],
  resource
);

// A session key lives in its connection's memory and is its maker's own: WebCrypto's full freedom.
@id("everyone.own-session-keys")
permit (
  principal,
  action in [Action::"key.use", Action::"key.release"],
  resource is Key
) when { resource.scope == "session" && resource.owner == principal };

// Whoever asked for approval sees the request and may take it back.
@id("everyone.own-requests")
permit (
  principal,
  action in [Action::"approvals.get", Action::"approvals.cancel"],
  resource is Approval
) when { resource.requester == principal };

// People enrol keys of their own; guard.governance holds it for others.
@id("everyone.own-approval-keys")
permit (
  principal,
  action == Action::"approvers.enrol",
  resource
) when { principal.kind == "person" };

// ---- Who may approve: people who govern, never their own requests ------------------------------------------------

@id("approvers.decide")
permit (
  principal,
  action in [Action::"approvals.get", Action::"approvals.approve", Action::"approvals.deny"],
  resource is Approval
) when { principal.kind == "person" && principal in [Role::"Administrator", Role::"Officer"] };

// ---- Administrator: the system, people, policies, the log, names of keys; stops keys, uses none ------------------------

@id("administrator.manage")
permit (
  principal in Role::"Administrator",
  action in [
    Action::"system.*", Action::"audit.*", Action::"backup.*", Action::"keys.list", Action::"keys.get", Action::"keys.rename",
    Action::"keys.suspend", Action::"keys.compromise", Action::"keystore.verify", Action::"keystore.rotate", Action::"keystore.changeRootKey",
    Action::"keys.certificate", Action::"keys.usage", Action::"principals.*", Action::"groups.*", Action::"approvers.*", Action::"tokens.*", Action::"session.*",
    Action::"policy.*", Action::"breakGlass.list", Action::"breakGlass.review"
  ],
  resource
);

// ---- Officer: makes, names and lends keys, decides about their lives, asks for their export, loads policies; uses none

@id("officer.keys")
permit (
  principal in Role::"Officer",
  action in [
    Action::"keys.create", Action::"keys.prepareImport", Action::"keys.import", Action::"keys.list", Action::"keys.get", Action::"keys.rename", Action::"keys.grant",
    Action::"keys.revokeGrant", Action::"keys.limit", Action::"keys.unfreeze", Action::"keys.activate",
    Action::"keys.suspend", Action::"keys.resume", Action::"keys.deactivate", Action::"keys.compromise",
    Action::"keys.destroy", Action::"keys.cancelDestruction", Action::"keys.rotate", Action::"keys.rollback",
    Action::"keys.update", Action::"keys.assign", Action::"keys.retain", Action::"keys.hold", Action::"keys.liftHold",
    Action::"retention.set", Action::"retention.remove", Action::"retention.list", Action::"keys.certificate", Action::"keys.usage",
    Action::"rotation.set", Action::"rotation.remove", Action::"rotation.list",
    Action::"policy.*",
    Action::"principals.list", Action::"breakGlass.list", Action::"breakGlass.review"
  ],
  resource
);

// A key that wraps another is used for that export alone, which other people have approved.
@id("officer.export")
permit (
  principal in Role::"Officer",
  action in [Action::"keys.export", Action::"keys.export.wrappingKey"],
  resource is Key
) when { resource.scope == "named" };

// ---- Auditor: reads the log, keys, people, policies and approvals; reviews emergencies ----------------------------

@id("auditor.read")
permit (
  principal in Role::"Auditor",
  action in [
    Action::"audit.checkpoint", Action::"audit.list", Action::"audit.receipt", Action::"backup.list", Action::"keys.list",
    Action::"keys.get", Action::"keys.certificate", Action::"keys.usage", Action::"keystore.verify",
    Action::"retention.list", Action::"rotation.list", Action::"principals.list", Action::"session.list",
    Action::"policy.get", Action::"policy.history", Action::"policy.check", Action::"policy.explain",
    Action::"policy.simulate", Action::"approvals.get", Action::"breakGlass.list", Action::"breakGlass.review"
  ],
  resource
);

// ---- Operator: uses every named key and makes session keys -------------------------------------------------------

@id("operator.look")
permit (
  principal in Role::"Operator",
  action in [Action::"keys.list", Action::"keys.get"],
  resource
);

@id("operator.session-keys")
permit (
  principal in Role::"Operator",
  action in [Action::"subtle.generateKey", Action::"subtle.importKey"],
  resource
);

// Release of secrets is held for approvals by guard.release below.
@id("operator.named-keys")
permit (
  principal in Role::"Operator",
  action in [Action::"key.use", Action::"key.release"],
  resource is Key
) when { resource.scope == "named" };

// ---- Emergencies: an operator opens a session for which guard.governance holds; it uses keys and releases none -----

@id("operator.break-glass")
permit (
  principal in Role::"Operator",
  action in [Action::"breakGlass.open", Action::"breakGlass.list"],
  resource
) when { principal.kind == "person" };

@id("break-glass.named-keys")
permit (
  principal in Role::"BreakGlass",
  action in [Action::"key.use", Action::"keys.get", Action::"subtle.getPublicKey"],
  resource is Key
) when { resource.scope == "named" };

// ---- Service: session keys, and the named keys that it owns or that carry the label service=<its id> -------------

// The list shows a principal only what it may see.
@id("service.basics")
permit (
  principal in Role::"Service",
  action in [Action::"keys.list", Action::"subtle.generateKey", Action::"subtle.importKey"],
  resource
);

@id("service.labelled-keys")
permit (
  principal in Role::"Service",
  action in [Action::"key.use", Action::"subtle.getPublicKey", Action::"keys.get"],
  resource is Key
) when { resource.scope == "named" && resource.hasTag("service") && resource.getTag("service") == principal.id };

@id("service.labelled-key-names")
permit (
  principal in Role::"Service",
  action == Action::"keys.get",
  resource is KeyName
) when { resource.hasTag("service") && resource.getTag("service") == principal.id };

@id("service.owned-keys")
permit (
  principal in Role::"Service",
  action in [Action::"key.use", Action::"key.release"],
  resource is Key
) when { resource.scope == "named" && resource.owner == principal };

// ---- Grants: whoever a key was lent to uses it; whoever governs keys does not by lending them to oneself -------------

@id("grant.use")
permit (
  principal,
  action in [Action::"key.use", Action::"keys.get", Action::"subtle.getPublicKey"],
  resource is Key
) when { resource.usedBy.contains(principal) || principal in resource.usedByGroups }
unless { principal in [Role::"Administrator", Role::"Officer", Role::"Auditor"] };

@id("grant.look-by-name")
permit (
  principal,
  action == Action::"keys.get",
  resource is KeyName
) when {
  (resource has usedBy && resource.usedBy.contains(principal)) ||
  (resource has usedByGroups && principal in resource.usedByGroups)
};

// ---- Owner: sees its own keys and uses its own named keys ---------------------------------------------------------

@id("owner.look")
permit (
  principal,
  action in [Action::"keys.get", Action::"subtle.getPublicKey"],
  resource is Key
) when { resource.owner == principal };

@id("owner.look-by-name")
permit (
  principal,
  action == Action::"keys.get",
  resource is KeyName
) when { resource has owner && resource.owner == principal };

// Whoever governs keys does not use them by having made them.
@id("owner.named-keys")
permit (
  principal,
  action in [Action::"key.use", Action::"key.release"],
  resource is Key
) when { resource.scope == "named" && resource.owner == principal }
unless { principal in [Role::"Administrator", Role::"Officer", Role::"Auditor"] };

// ---- PKCS#11: what whoever uses keys keeps beside them, each its own; administrators clear up --------------------------

@id("pkcs11.list")
permit (
  principal,
  action == Action::"pkcs11Objects.list",
  resource
) when { principal in [Role::"Administrator", Role::"Operator", Role::"Service"] };

@id("pkcs11.own-objects")
permit (
  principal,
  action in [
    Action::"pkcs11Objects.create", Action::"pkcs11Objects.get", Action::"pkcs11Objects.update",
    Action::"pkcs11Objects.remove"
  ],
  resource is Pkcs11Object
) when { resource.owner == principal && principal in [Role::"Operator", Role::"Service"] };

@id("administrator.pkcs11-objects")
permit (
  principal in Role::"Administrator",
  action in [Action::"pkcs11Objects.get", Action::"pkcs11Objects.remove"],
  resource is Pkcs11Object
);

// ---- Public keys: for everyone who may see the key ---------------------------------------------------------------

@id("public.read")
permit (
  principal,
  action == Action::"subtle.getPublicKey",
  resource is Key
) when {
  resource.scope == "named" &&
  principal in [Role::"Administrator", Role::"Officer", Role::"Auditor", Role::"Operator"]
};

@id("public.export")
permit (
  principal,
  action == Action::"subtle.exportKey",
  resource is Key
) when {
  resource.scope == "named" && resource.keyType == "public" &&
  (
    principal in [Role::"Administrator", Role::"Officer", Role::"Auditor", Role::"Operator"] ||
    resource.owner == principal ||
    (principal in Role::"Service" && resource.hasTag("service") && resource.getTag("service") == principal.id)
  )
};

// ---- Guards ------------------------------------------------------------------------------------------------------

// The secret half of a named key leaves only with another person's approval, whatever is permitted above.
@id("guard.release")
forbid (
  principal,
  action in Action::"key.release",
  resource is Key
) when { resource.scope == "named" && resource.keyType != "public" }
unless { context.approvals >= 1 };

// Who there is, what they may do and how often: nobody changes it alone, administrators included.
@id("guard.governance")
forbid (
  principal,
  action in [
    Action::"principals.set", Action::"principals.remove", Action::"groups.set", Action::"groups.remove",
    Action::"approvers.enrol", Action::"approvers.remove", Action::"tokens.invite", Action::"policy.load",
    Action::"policy.rollback", Action::"keys.limit", Action::"keys.unfreeze", Action::"breakGlass.open",
    Action::"keys.grant", Action::"keys.import", Action::"keys.assign", Action::"keys.rollback", Action::"keys.destroy",
    Action::"keys.liftHold", Action::"retention.set", Action::"retention.remove", Action::"rotation.set", Action::"rotation.remove", Action::"keystore.rotate", Action::"keystore.changeRootKey",
    Action::"audit.rotateKeys", Action::"audit.setRetention", Action::"audit.prune", Action::"audit.erase", Action::"backup.create",
    Action::"backup.restore"
  ],
  resource
) unless { context.approvals >= 1 };

// m^d mod n without padding signs and decrypts whatever it is given: only keys that are labelled for it do that.
@id("guard.raw-rsa")
forbid (
  principal,
  action == Action::"subtle.decrypt.rawRsa",
  resource is Key
) unless { resource.hasTag("raw-rsa") && resource.getTag("raw-rsa") == "allowed" };

// An emergency is for using keys.
@id("guard.break-glass")
forbid (
  principal in Role::"BreakGlass",
  action in Action::"key.release",
  resource is Key
) when { resource.scope == "named" && resource.keyType != "public" };
`;
