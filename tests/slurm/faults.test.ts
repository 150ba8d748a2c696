import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hopelessFault } from '../../tasks/slurm/hopeless';
import { endedBySlurm, jobFault } from '../../tasks/slurm/job-faults';
import { programsEnvironment } from '../../tasks/slurm/programs-environment';
import { waitText } from '../../tasks/slurm/queue';

const test = suite('what Slurm says of a job');

test('a refusal that comes again has a code and names the setting', () => {
  const refused: [said: string, code: string, fix: RegExp][] = [
    ['Unable to allocate resources: No partition specified or system default partition', 'E_SLURM_PARTITION', /slurm\.partition/],
    ['Unable to allocate resources: Requested partition configuration not available now', 'E_SLURM_PARTITION', /slurm\.partition/],
    ['Unable to allocate resources: Requested reservation is invalid', 'E_SLURM_OPTION', /slurm\.extra/],
    ['Unable to allocate resources: Access denied to requested reservation', 'E_SLURM_OPTION', /slurm\.extra/],
    ['Unable to allocate resources: Invalid license specification', 'E_SLURM_OPTION', /slurm\.extra/],
    ['Unable to allocate resources: Invalid wckey specification', 'E_SLURM_OPTION', /slurm\.extra/],
    ['Unable to allocate resources: Invalid node name specified', 'E_SLURM_OPTION', /slurm\.extra/],
    ['Invalid --mem specification', 'E_SLURM_OPTION', /slurm\.extra/],
    ["Invalid MPI type 'foo', --mpi=list for acceptable types", 'E_SLURM_OPTION', /slurm\.extra/],
    ['Unable to allocate resources: Job cost exceeds remaining budget', 'E_SLURM_QOS', /slurm\.time/],
    ['Unable to allocate resources: Required node not available (down, drained or reserved)', 'E_SLURM_RESOURCES', /`--nodelist`/],
    ['Invalid generic resource (gres) specification', 'E_SLURM_RESOURCES', /slurm\.gres/],
    ['Unable to allocate resources: Requested time limit is invalid (missing or exceeds some limit)', 'E_SLURM_RESOURCES', /slurm\.time/],
  ];
  for (const [said, code, fix] of refused) {
    const fault = jobFault(`srun: error: ${said}\n`, 1);
    assert.is(fault.code, code, said);
    assert.match(fault.fix, fix);
  }
  const unknown = jobFault('srun: unrecognized option \'--foo=1\'\nTry "srun --help" for more information\n', 255);
  assert.match(
    `${unknown.code} ${unknown.found}`,
    "E_SLURM_OPTION Slurm does not take an option of the job: unrecognized option '--foo=1'",
  );
  const both = 'srun: fatal: --mem, --mem-per-cpu, and --mem-per-gpu are mutually exclusive.\n';
  assert.match(jobFault(both, 1).found, /: --mem, --mem-per-cpu, and/);
  const memory = jobFault(
    'srun: error: Memory specification can not be satisfied\nsrun: error: Unable to allocate resources: Requested node configuration is not available\n',
    1,
  );
  assert.is(memory.code, 'E_SLURM_RESOURCES');
  assert.match(memory.found, 'Memory specification can not be satisfied');
  assert.match(memory.fix, /`extra` asks for.*sinfo -o '%P %l %c %m %G'/);
});

test('only what a program of Slurm says counts, and not what a task prints', () => {
  const killed = 'srun: error: n1: task 0: Killed';
  for (const said of [
    'download in progress',
    'srun: debug:  auth/munge: init: Munge authentication plugin loaded',
    'srun: auth/munge: init: Munge authentication plugin loaded',
    'srun: Required node not available (down, drained or reserved)\nsrun: job 3 queued and waiting for resources',
    'Connection refused: the Hub\nthe option --x was CANCELLED DUE TO TIME LIMIT',
  ]) {
    assert.is(jobFault(`${said}\n${killed}\n`, 137).code, 'E_SLURM_ENDED', said);
    assert.is(endedBySlurm(`${said}\n${killed}\n`), undefined, said);
  }
  assert.match(jobFault('srun: Job has been cancelled\n', 1).found, 'cancelled, and not from here');
});

const waiting = (reason: string) => ({ id: '7', state: 'PENDING', reason, nodes: '', wants: '' });

test('a limit of one job is hopeless, one of all jobs is waited for, and a budget is told as that', () => {
  const codes: [reason: string, code: string | undefined][] = [
    ['QOSMaxWallDurationPerJobLimit', 'E_SLURM_QOS'],
    ['AssocMaxWallDurationPerJobLimit', 'E_SLURM_QOS'],
    ['QOSMaxGRESPerJob', 'E_SLURM_QOS'],
    ['QOSMaxCpuPerJobLimit', 'E_SLURM_QOS'],
    ['QOSMaxCpuPerNode', 'E_SLURM_QOS'],
    ['AssocMaxGRESMinutesPerJob', 'E_SLURM_QOS'],
    ['QOSMinGRES', 'E_SLURM_QOS'],
    ['QOSMinCpuNotSatisfied', 'E_SLURM_QOS'],
    ['PartitionTimeLimit', 'E_SLURM_RESOURCES'],
    ['BadConstraints', 'E_SLURM_RESOURCES'],
    ['DependencyNeverSatisfied', 'E_SLURM_OPTION'],
    ['ReservationDeleted', 'E_SLURM_OPTION'],
    ['QOSMaxJobsPerUserLimit', undefined],
    ['QOSMaxGRESPerUser', undefined],
    ['AssocGrpGRES', undefined],
    ['AssocGrpGRESMinutes', undefined],
    ['Dependency', undefined],
    ['Priority', undefined],
  ];
  for (const [reason, code] of codes) {
    const fault = hopelessFault(waiting(reason));
    assert.is(fault?.code, code, reason);
    if (fault) assert.match(fault.found, `job 7 would wait for ever (${reason})`);
  }
  assert.match(hopelessFault(waiting('PartitionTimeLimit'))?.fix ?? '', /slurm\.time.*sinfo -o '%P %l'/);
  for (const reason of ['AssocGrpGRESMinutes', 'AssocGrpBillingMinutes', 'QOSGrpCPUMinutesLimit', 'AssocGrpWallLimit'])
    assert.match(waitText(waiting(reason)), 'the budget of your account or QOS is used up');
  for (const reason of ['QOSGrpGRESRunMinutes', 'QOSMaxJobsPerUserLimit', 'MaxGRESPerAccount'])
    assert.match(waitText(waiting(reason)), 'it waits for your other jobs');
});

test("a profile's variables do not change what Slurm's programs are asked", () => {
  const kept = { PATH: '/bin', HOME: '/home/me', SLURM_CONF: '/etc/slurm.conf', SLURM_ACCOUNT: 'lab', CUDA_HOME: '/cuda' };
  const dropped = [
    'SLURM_EXPORT_ENV',
    'SRUN_EXPORT_ENV',
    'SLURM_LABELIO',
    'SLURM_STDOUTMODE',
    'SLURM_JOB_ID',
    'SLURM_GPUS',
    'SLURM_PARTITION',
  ];
  const more = [
    'SRUN_CPUS_PER_TASK',
    'SINFO_PARTITION',
    'SQUEUE_STATES',
    'SCANCEL_PARTITION',
    'SBATCH_PARTITION',
    'SCONTROL_ALL',
    'SALLOC_QOS',
  ];
  const set = Object.fromEntries([...dropped, ...more].map((name) => [name, '1']));
  assert.equal(programsEnvironment({ ...kept, ...set }), kept);
});

test.run();
