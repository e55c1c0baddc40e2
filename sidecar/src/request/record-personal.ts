import type { AuditPersonal, Principal } from '../generated/types.ts';
import type { Session, Trail } from './context.ts';

/** Who acts in a session, encoded once: nearly all of its records are about the same principal. */
const actors = new WeakMap<Session, { readonly principal: Principal; readonly personal: AuditPersonal }>();

/** The fields of a record that are about people; they are kept beside the log. */
export function personalOf({ call, principal }: Trail, details: NonNullable<AuditPersonal['details']>): AuditPersonal {
  const actor = actorOf(call.session, principal);
  return Object.keys(details).length === 0 ? actor : { ...actor, details };
}

function actorOf(session: Session, principal: Principal | undefined): AuditPersonal {
  if (principal === undefined) return placeOf(session);
  const known = actors.get(session);
  if (known?.principal === principal) return known.personal;
  const { subject, thumbprint } = principal.credential;
  const personal: AuditPersonal = { principal: principal.id, credential: subject, ...placeOf(session) };
  if (thumbprint !== undefined) personal.thumbprint = thumbprint;
  actors.set(session, { principal, personal });
  return personal;
}

/** Where the connection came from. */
function placeOf({ peer }: Session): AuditPersonal {
  if (peer.transport === 'link') return {};
  if (peer.transport !== 'unix') return { address: peer.remoteAddress };
  return { ...(peer.uid !== undefined && { uid: peer.uid }), ...(peer.pid !== undefined && { pid: peer.pid }) };
}
