"""A cluster of one machine: munged, slurmctld and slurmd of Debian, with files and ports of their own, for one test."""
import os
import shutil
import socket
import subprocess
import time

CONF = """
ClusterName=divisi-test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort={ctld}
SlurmdPort={slurmd}
AuthType=auth/munge
AuthInfo=socket={home}/munge.socket
CredType=cred/munge
StateSaveLocation={home}/state
SlurmdSpoolDir={home}/spool
SlurmctldPidFile={home}/slurmctld.pid
SlurmdPidFile={home}/slurmd.pid
SlurmctldLogFile={home}/slurmctld.log
SlurmdLogFile={home}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=batch_sched_delay=1,sched_interval=1,sched_min_interval=100000
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MinJobAge=300
NodeName=here NodeHostname={host} NodeAddr=127.0.0.1 Port={slurmd} CPUs={cpus} RealMemory=8000 State=UNKNOWN
PartitionName=all Nodes=here Default=YES MaxTime=60 State=UP
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    """Started by `with`, and ended by process id with all that it has started."""

    def __init__(self, home):
        self.home = home
        self.processes = []
        self.environment = dict(os.environ, SLURM_CONF=f"{home}/slurm.conf")

    def start(self, *command):
        log = open(f"{self.home}/{os.path.basename(command[0])}.out", "w")
        self.processes.append(
            subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL))
        return self.processes[-1]

    def run(self, *command, **options):
        return subprocess.run(
            command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True, **options).stdout

    def __enter__(self):
        try:
            return self.started()
        except BaseException:
            self.__exit__()
            raise

    def started(self):
        os.makedirs(self.home, mode=0o700)
        for name in ("state", "spool"):
            os.mkdir(f"{self.home}/{name}")
        with open(f"{self.home}/munge.key", "wb", opener=lambda p, f: os.open(p, f, 0o400)) as key:
            key.write(os.urandom(128))
        with open(f"{self.home}/slurm.conf", "w") as conf:
            ctld, slurmd = free_ports(2)
            conf.write(CONF.format(
                host=socket.gethostname().split(".")[0], home=self.home, cpus=os.cpu_count(), ctld=ctld, slurmd=slurmd))
        self.start(
            "/usr/sbin/munged", "--foreground", "--force", f"--key-file={self.home}/munge.key",
            f"--socket={self.home}/munge.socket", f"--pid-file={self.home}/munged.pid",
            f"--seed-file={self.home}/munge.seed", f"--log-file={self.home}/munged.log")
        self.wait(lambda: os.path.exists(f"{self.home}/munge.socket"), "munged")
        self.start("/usr/sbin/slurmctld", "-D", "-i", "-f", f"{self.home}/slurm.conf")
        self.slurmd = self.start("/usr/sbin/slurmd", "-D", "-N", "here", "-f", f"{self.home}/slurm.conf")
        self.wait(self.is_up, "slurmctld and slurmd")
        return self

    def is_up(self):
        probe = subprocess.run(
            ["sinfo", "-h", "-o", "%T"], env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        return probe.stdout.strip() in ("idle", "mixed")

    def wait(self, condition, what, seconds=300):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or any(p.poll() is not None for p in self.processes):
                logs = [f for f in os.listdir(self.home) if f.endswith((".log", ".out"))]
                for name in logs:
                    with open(f"{self.home}/{name}", errors="replace") as log:
                        print(f"--- {name}", *log.readlines()[-8:], sep="\n")
                raise SystemExit(f"{what}: did not come up")
            time.sleep(0.1)

    def jobs(self):
        """Those that wait or run. What waits for two minutes, as Slurm has it with all that begins again, begins at once."""
        lines = self.run("squeue", "-h", "-r", "-o", "%i %T %r").split("\n")[:-1]
        for job in (line.split()[0] for line in lines if line.endswith("BeginTime")):
            subprocess.run(
                ["scontrol", "update", f"JobId={job}", "StartTime=now"], env=self.environment, stderr=subprocess.DEVNULL)
        return lines

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.home, ignore_errors=True)
