import type { AuditRecord } from '@ferrohsm/sdk/node';

/** An event class of OCSF and the activity in it. */
export interface OcsfClass {
  readonly categoryUid: number;
  readonly classUid: number;
  readonly activityId: number;
}

const iam = 3;
const application = 6;
const other = 99;
const crud = { create: 1, read: 2, update: 3, delete: 4 } as const;

const apiActivity = (activityId: number): OcsfClass => ({ categoryUid: application, classUid: 6003, activityId });
const authentication = (activityId: number): OcsfClass => ({ categoryUid: iam, classUid: 3002, activityId });
const accountChange = (activityId: number): OcsfClass => ({ categoryUid: iam, classUid: 3001, activityId });
const entityManagement = (activityId: number): OcsfClass => ({ categoryUid: iam, classUid: 3004, activityId });

/** Operations whose class says more than that somebody called the API. */
const classes: Readonly<Record<string, OcsfClass>> = {
  'system.hello': authentication(1),
  'session.refused': authentication(1),
  'session.revoke': authentication(2),

  'principals.set': accountChange(other),
  'principals.remove': accountChange(6),
  'tokens.invite': accountChange(other),
  'tokens.revoke': accountChange(other),
  'approvers.enrol': accountChange(10),
  'approvers.remove': accountChange(11),

  'keys.create': entityManagement(crud.create),
  'keys.import': entityManagement(crud.create),
  'keys.get': entityManagement(crud.read),
  'keys.list': entityManagement(crud.read),
  'keys.export': entityManagement(crud.read),
  'keys.rename': entityManagement(crud.update),
  'keys.grant': entityManagement(crud.update),
  'keys.revokeGrant': entityManagement(crud.update),
  'keys.limit': entityManagement(crud.update),
  'keys.unfreeze': entityManagement(crud.update),
  'keys.activate': entityManagement(crud.update),
  'keys.suspend': entityManagement(crud.update),
  'keys.resume': entityManagement(crud.update),
  'keys.deactivate': entityManagement(crud.update),
  'keys.compromise': entityManagement(crud.update),
  'keys.cancelDestruction': entityManagement(crud.update),
  'keys.rotate': entityManagement(crud.update),
  'keys.rollback': entityManagement(crud.update),
  'keys.update': entityManagement(crud.update),
  'keys.assign': entityManagement(crud.update),
  'keys.destroy': entityManagement(crud.delete),
  'key.freeze': entityManagement(crud.update),
  'policy.get': entityManagement(crud.read),
  'policy.load': entityManagement(crud.update),
  'policy.rollback': entityManagement(crud.update),
  'groups.set': entityManagement(crud.update),
  'groups.remove': entityManagement(crud.delete),

  'subtle.generateKey': apiActivity(crud.create),
  'subtle.importKey': apiActivity(crud.create),
  'subtle.exportKey': apiActivity(crud.read),
  'subtle.getPublicKey': apiActivity(crud.read),
  'session.release': apiActivity(crud.delete),
};

const reading = /\.(get|list|history|show|check|explain|simulate|whoami|status|discover|checkpoint|events)$/;

/** Anything else is an API activity: a read by its name, else one that OCSF has no word for, as the use of a key. */
export function ocsfClassOf({ operation }: AuditRecord): OcsfClass {
  if (Object.hasOwn(classes, operation)) return classes[operation] as OcsfClass;
  return apiActivity(reading.test(operation) ? crud.read : other);
}
