import type { Alias, AliasBasis, AliasRecord, ModelVersion, RegistryLogEntry } from '../contracts/model.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { sha256Hex } from '../store/hash.js';
import { getIfThere, recordBytes } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';
import { aliasMoves, aliasRecord, aliasState } from './alias-state.js';
import type { AliasMove } from './alias-state.js';
import { evaluationBasis } from './evaluation-basis.js';
import type { Decided, LogState } from './log-state.js';
import { isRegistered } from './log-state.js';
import { checkName } from './names.js';
import { RegistryLog } from './registry-log.js';
import type { LogDraft } from './registry-log.js';
import type {
  Backing,
  EvaluationBasis,
  PersonBasis,
  PromoteInput,
  RegisterInput,
  Registry,
  RejectInput,
  RollbackInput,
  SetAliasInput,
  WithdrawInput,
} from './registry.js';
import { AliasRecords } from './alias-records.js';
import { raceLost } from './race-lost.js';
import { CLOCKS_APART_MS, VersionRecords, versionKey } from './version-records.js';

export function createRegistry(objects: ObjectStore): Registry {
  return new StoredRegistry(objects);
}

class StoredRegistry implements Registry {
  readonly #objects: ObjectStore;
  readonly #log: RegistryLog;
  readonly #versions: VersionRecords;
  readonly #aliases: AliasRecords;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
    this.#log = new RegistryLog(objects);
    this.#versions = new VersionRecords(objects);
    this.#aliases = new AliasRecords(objects, this.#log);
  }

  async register(input: RegisterInput): Promise<ModelVersion> {
    checkName('model', input.model);
    const record = await this.#versions.add(input);
    await this.#logRegistration(record);
    return record;
  }

  async version(model: string, version: number): Promise<ModelVersion> {
    checkName('model', model);
    return this.#versions.version(model, version);
  }

  async versions(model: string): Promise<readonly ModelVersion[]> {
    return Promise.all((await this.numbers(model)).map((version) => this.version(model, version)));
  }

  async numbers(model: string): Promise<readonly number[]> {
    checkName('model', model);
    return this.#versions.numbers(model);
  }

  models(): Promise<readonly string[]> {
    return this.#versions.models();
  }

  async alias(model: string, alias: Alias): Promise<{ readonly record: AliasRecord; readonly etag: string } | null> {
    checkName('model', model);
    return this.#aliases.read(model, alias);
  }

  async promote(input: PromoteInput): Promise<AliasRecord> {
    const { model, version, workflowId } = input;
    const record = await this.version(model, version);
    const { by, reason, basis } = wording(record, input);
    const expectedChampion = 'expectedChampion' in input ? input.expectedChampion : championOf(basis);
    await this.#logRegistration(record);
    return this.#moveAlias(model, 'champion', (state) => {
      const { champion } = aliasState(state);
      const own = champion?.entry.workflowId === workflowId || expectedChampion === version;
      if (champion?.version === version && own) return null;
      const made = state.decided.some(
        (entry) =>
          entry.action === 'promote' &&
          entry.version === version &&
          entry.workflowId === workflowId &&
          // A person decides once; an evaluation may be made again, against another champion.
          ('person' in basis || entry.from === expectedChampion),
      );
      const request = { model, expectedChampion };
      if (made)
        throw raceLost(`version ${version} was made champion by ${workflowId} before and has been superseded`, request, champion);
      if ((champion?.version ?? null) !== expectedChampion)
        throw raceLost('the champion was moved by somebody else', request, champion);
      return {
        action: 'promote',
        version,
        from: expectedChampion,
        alias: 'champion',
        by,
        reason,
        workflowId,
        details: { basis },
      };
    });
  }

  async reject({ model, version, reasons, workflowId }: RejectInput): Promise<void> {
    await this.#logRegistration(await this.version(model, version));
    await this.#log.append(model, ({ decided }) => {
      const same = (entry: Decided): boolean =>
        entry.action === 'reject' && entry.version === version && entry.workflowId === workflowId;
      if (decided.some(same)) return null;
      const reason = reasons.join('; ');
      return { action: 'reject', version, from: null, alias: null, by: workflowId, reason, workflowId, details: { reasons } };
    });
    await this.#aliases.follow(model);
  }

  async rollback(input: RollbackInput): Promise<AliasRecord> {
    checkName('model', input.model);
    const { model, by, reason, workflowId, expectedChampion } = input;
    return this.#moveAlias(model, 'champion', (state) => {
      const { champion, previous } = aliasState(state);
      if (champion?.entry.action === 'rollback' && champion.entry.workflowId === workflowId) return null;
      if (expectedChampion !== undefined && champion?.version !== expectedChampion) {
        throw raceLost('the champion is not the one to roll back from', { model, expectedChampion }, champion);
      }
      if (champion === null || previous === null) {
        const now = champion === null ? 'there is no champion' : `version ${champion.version} is the first champion`;
        throw new PipelineError('REGISTRY_NO_PREVIOUS', {
          what: `cannot roll back: ${now}`,
          where: `model ${model}`,
          details: { model },
        });
      }
      return {
        action: 'rollback',
        version: previous.version,
        from: champion.version,
        alias: 'champion',
        by,
        reason,
        workflowId,
        details: { basis: { person: by, reason } },
      };
    });
  }

  async withdraw({ model, version, by, reason, workflowId }: WithdrawInput): Promise<Withdrawal> {
    checkName('model', model);
    let withdrawn = false;
    const state = await this.#log.append(model, (known) => {
      const { champion } = aliasState(known);
      withdrawn =
        champion?.version === version && champion.entry.action === 'promote' && champion.entry.workflowId === workflowId;
      if (!withdrawn || champion === null) return null;
      const basis = { undoes: champion.entry.n };
      return { action: 'withdraw', version, from: null, alias: 'champion', by, reason, workflowId, details: { basis } };
    });
    await this.#aliases.follow(model);
    return { withdrawn, champion: aliasState(state).champion?.version ?? null };
  }

  async setAlias(input: SetAliasInput): Promise<AliasRecord> {
    const { model, alias, version, workflowId } = input;
    const record = await this.version(model, version);
    const { by, reason, basis } = wording(record, input);
    await this.#logRegistration(record);
    return this.#moveAlias(model, alias, (state) => {
      const { challenger } = aliasState(state);
      if (challenger?.version === version && challenger.entry.workflowId === workflowId) return null;
      return { action: 'alias', version, from: challenger?.version ?? null, alias, by, reason, workflowId, details: { basis } };
    });
  }

  async log(model: string): Promise<readonly RegistryLogEntry[]> {
    checkName('model', model);
    return this.#log.read(model);
  }

  async movesBy(model: string, workflowId: string): Promise<readonly AliasMove[]> {
    checkName('model', model);
    const { decided } = await this.#log.state(model);
    const own = decided.filter((entry) => entry.workflowId === workflowId);
    return (await Promise.all(own.map(({ n }) => this.moves(model, n)))).flat();
  }

  async moves(model: string, n: number): Promise<readonly AliasMove[]> {
    checkName('model', model);
    const found = await this.#log.at(model, n);
    return found === null ? [] : aliasMoves(found);
  }

  async verifyLog(model: string): Promise<{ readonly entries: number }> {
    checkName('model', model);
    const entries = await this.#log.verify(model);
    for (const entry of entries.filter(({ action }) => action === 'register')) {
      const key = versionKey(model, entry.version);
      const stored = await getIfThere(this.#objects, key);
      if (stored !== null && sha256Hex(stored.bytes) === entry.details['record']) continue;
      throw new PipelineError('REGISTRY_LOG_BROKEN', {
        what: stored === null ? 'the version record is missing' : 'the version record was changed after it was registered',
        where: `${key}, registered by log entry ${entry.n}`,
        details: { model, entry: key },
      });
    }
    return { entries: entries.length };
  }

  async #moveAlias(model: string, alias: Alias, decide: (state: LogState) => LogDraft | null): Promise<AliasRecord> {
    const state = aliasState(await this.#log.append(model, decide));
    await this.#aliases.follow(model);
    const standing = state[alias];
    if (standing === null) {
      throw new PipelineError('REGISTRY_LOG_BROKEN', {
        what: `the log gives no ${alias} right after it was set`,
        where: `model ${model}`,
      });
    }
    return aliasRecord(alias, standing);
  }

  /** Appends the entry of a version whose registration was cut off between record and log; nothing when it is there. */
  async #logRegistration(record: ModelVersion): Promise<void> {
    const { model, version, artifact, workflowId } = record;
    const details = { artifact: artifact.id, record: sha256Hex(recordBytes(record)) };
    await this.#log.appendOnce(
      model,
      { action: 'register', version, from: null, alias: null, by: workflowId, reason: 'registered', workflowId, details },
      {
        isIt: (entry) => entry.action === 'register' && entry.version === version,
        isIn: (state) => isRegistered(state, version),
      },
      Date.parse(record.registeredAt) - CLOCKS_APART_MS,
    );
  }
}

type Withdrawal = Awaited<ReturnType<Registry['withdraw']>>;

/** Author, reason and basis of a move of an alias, as the log keeps them. */
function wording(
  record: ModelVersion,
  input: Backing,
): { readonly by: string; readonly reason: string; readonly basis: AliasBasis } {
  // A caller that no compiler saw may give none at all: that is refused as a person without a name.
  const given = input.basis as Partial<PersonBasis & EvaluationBasis> | undefined;
  const { evaluation, person = '', reason = '' } = given ?? {};
  if ('by' in input && evaluation !== undefined)
    return { by: input.by, reason: input.reason, basis: evaluationBasis(record, { evaluation }) };
  return { by: person, reason, basis: { person, reason } };
}

const championOf = (basis: AliasBasis): number | null => ('evaluation' in basis ? (basis.comparedWith?.version ?? null) : null);
