/**
 * The policy that a sidecar starts with: the five shipped roles, as Cedar text that users copy and edit. What no policy
 * permits is denied, and a `forbid` wins over every `permit`.
 */
export const defaultPolicy = `// FerroHSM: who may do what. What no policy permits is denied; a forbid wins over every permit.
// Each policy needs an @id of its own: decisions and the audit log name it.
// Groups of actions: "keys.*", "subtle.*", "audit.*", "system.*", "session.*" by their prefix;
// "key.use" computes with a key, "key.release" lets secret key material leave.

// ---- Everyone who is authenticated -------------------------------------------------------------------------------

@id("everyone.basics")
permit (
  principal,
  action in [
    Action::"system.hello", Action::"system.status", Action::"system.random", Action::"rpc.discover",
    Action::"session.whoami", Action::"session.release"
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

// ---- Administrator: the system, the log and the names of keys; uses none -----------------------------------------

@id("administrator.manage")
permit (
  principal in Role::"Administrator",
  action in [Action::"system.*", Action::"audit.*", Action::"keys.list", Action::"keys.get", Action::"keys.rename"],
  resource
);

// ---- Officer: makes and names keys; uses none, not even those that it made ---------------------------------------

@id("officer.keys")
permit (
  principal in Role::"Officer",
  action in [Action::"keys.create", Action::"keys.list", Action::"keys.get", Action::"keys.rename"],
  resource
);

// ---- Auditor: reads the log and the list of keys -----------------------------------------------------------------

@id("auditor.read")
permit (
  principal in Role::"Auditor",
  action in [Action::"audit.*", Action::"keys.list", Action::"keys.get"],
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
`;
