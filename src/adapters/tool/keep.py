"""Keeps a program loaded and forks one confined child for each of its calls.

Stands before the script of the program, which ends with keep(load, run): load is given what this process was started
with, run the arguments of one call, and gives its exit status. Orders come on standard input, one JSON object a line:
id, args, dir, env, out (the most bytes it may print), err (how many of its last bytes on standard error are kept), and
limits by the names of setrlimit. News goes to standard output the same way: the child's pid once it runs, then its wait
status and what it said, each byte as one letter; of an order that cannot be begun its id alone. The child is a session
of its own, dies with this process, and sees only its own environment and folder. Nothing of one call is seen by
another: each is a copy of the state before the first.
"""

import ctypes
import gc
import json
import os
import resource
import select
import signal
import sys

# Whoever waits that long for the next link can wait for the start as well; until then this takes tens of megabytes.
IDLE_SECONDS = 600
PR_SET_PDEATHSIG = 1


def confine(order, keeper, out, err):
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:
            os._exit(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in ((0, nothing), (1, out), (2, err)):
        os.dup2(file, number)
        os.close(file)
    # These were opened on other files, and remember of what kind they were.
    sys.stdin = open(0)
    sys.stdout = open(1, "w", errors=sys.stdout.errors)
    sys.stderr = open(2, "w", buffering=1, errors=sys.stderr.errors)
    os.chdir(order["dir"])
    os.environ.clear()
    os.environ.update(order["env"])
    for name, most in order["limits"].items():
        resource.setrlimit(getattr(resource, name), (most, most))


def call(run, order, *inherited):
    code = 1
    try:
        confine(order, *inherited)
        code = run(order["args"]) or 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        else:
            code = end.code or 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


class NotBegun(Exception):
    """The machine has no room for one more process."""


def say(news):
    line = json.dumps(news).encode() + b"\n"
    while line:
        line = line[os.write(1, line):]


class Child:
    """A call under way, and what it said so far."""

    def __init__(self, run, order, keeper, others):
        pipes = []
        try:
            while len(pipes) < 3:
                pipes.append(os.pipe())
            self.pid = os.fork()
        except OSError as full:
            for end in sum(pipes, ()):
                os.close(end)
            raise NotBegun from full
        (self.out, out), (self.err, err), (led, leads) = pipes
        self.id, self.status = order["id"], None
        self.most, self.kept = order["out"], order["err"]
        self.said = {self.out: bytearray(), self.err: bytearray()}
        self.open = {self.out, self.err}
        if self.pid == 0:
            try:
                os.setsid()
                os.close(leads)
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for other in (*others, led, self.out, self.err):
                    os.close(other)
                call(run, order, keeper, out, err)
            finally:
                os._exit(1)  # whatever happens, it is no second keeper
        for theirs in (leads, out, err):
            os.close(theirs)
        os.read(led, 1)  # whoever hears of a child may kill its group at once
        os.close(led)
        say({"id": self.id, "pid": self.pid})

    def hear(self, pipe):
        more = os.read(pipe, 65536)
        said = self.said[pipe]
        said += more
        if not more:
            self.open.remove(pipe)
            os.close(pipe)
        elif pipe == self.err:
            del said[: -self.kept]
        elif len(said) > self.most:
            del said[self.most + 1 :]
            self.kill()

    def kill(self):
        # Until it is reaped its number is nobody else's.
        if self.status is None:
            os.killpg(self.pid, signal.SIGKILL)

    def look(self):
        if self.status is None and os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            self.kill()  # what it started itself
            _, self.status = os.waitpid(self.pid, 0)

    def has_ended(self):
        return self.status is not None and not self.open

    def tell(self):
        out, err = (bytes(self.said[pipe]).decode("latin-1") for pipe in (self.out, self.err))
        say({"id": self.id, "status": self.status, "out": out, "err": err})


def keep(load, run):
    load(sys.argv[1:])
    gc.collect()
    gc.freeze()
    wake, woken = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    keeper, children, rest = os.getpid(), [], b""
    while True:
        pipes = {pipe: child for child in children for pipe in child.open}
        ready, _, _ = select.select([0, wake, *pipes], [], [], None if children else IDLE_SECONDS)
        if not ready:
            return
        if wake in ready:
            os.read(wake, 4096)
        for pipe in ready:
            if pipe in pipes:
                pipes[pipe].hear(pipe)
        for child in children:
            child.look()
            if child.has_ended():
                child.tell()
        children = [child for child in children if not child.has_ended()]
        if 0 in ready:
            more = os.read(0, 65536)
            if not more:
                return
            *lines, rest = (rest + more).split(b"\n")
            for line in lines:
                others = [wake, woken, *(pipe for child in children for pipe in child.open)]
                order = json.loads(line)
                try:
                    children.append(Child(run, order, keeper, others))
                except NotBegun:
                    say({"id": order["id"]})


