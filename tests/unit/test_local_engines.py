"""The local engines without starting one: ports, locks, downloads' names, and the settings that are written."""

import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import (
    Engine,
    EngineError,
    cache_folder,
    data_lock,
    elasticsearch,
    free_ports,
    jars,
    kafka,
    prepare,
    quickstart,
)
from deploy.local.children import LOG_LIMIT_BYTES, open_log, spawn
from deploy.local.locks import LockTakenError, held, is_held
from deploy.local.ports import is_free, neighbour


@contextmanager
def listener(answer: bytes | None = None) -> Iterator[int]:
    """A port on which something listens, which answers one request if it has an `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        if answer is None:
            yield int(server.getsockname()[1])
            return
        thread = threading.Thread(target=_answer_once, args=(server, answer))
        thread.start()
        yield int(server.getsockname()[1])
        thread.join(timeout=10)


def _answer_once(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(answer)


def ignore(_line: str) -> None:
    """Nobody reads this."""


@pytest.mark.parametrize(
    ("taken", "named"), [("kafka", "WEBCARE_KAFKA_BOOTSTRAP"), ("elasticsearch", "WEBCARE_ELASTICSEARCH_URL")]
)
def test_a_taken_port_is_named_with_the_setting_to_change(tmp_path: Path, taken: str, named: str) -> None:
    with listener() as port:
        [other] = free_ports(1)
        ports = (port, other) if taken == "kafka" else (other, port)
        with pytest.raises(EngineError, match=rf"{taken}: port {port} .*{named}"):
            prepare(tmp_path / "cache", tmp_path / "data", *ports, ignore)
    assert not (tmp_path / "cache").exists()


def test_free_ports_differ_and_can_be_listened_on() -> None:
    found = free_ports(5)
    assert len(set(found)) == 5
    assert all(is_free(port) for port in found)


def test_the_neighbour_of_a_port_is_not_one_that_is_spoken_for() -> None:
    [port] = free_ports(1)
    assert neighbour(port, {port + 1}) > port + 1


def test_two_starts_on_the_same_data_fail_with_one_line(tmp_path: Path) -> None:
    refusal = pytest.raises(EngineError, match=r"^.* is in use by engines that already run: .*$")
    with data_lock(tmp_path), refusal, data_lock(tmp_path):
        pytest.fail("the data folder was given twice")
    with data_lock(tmp_path):
        pass  # free again


def test_data_that_a_broker_has_locked_is_refused(tmp_path: Path) -> None:
    lock = kafka.lock_file(tmp_path)
    lock.parent.mkdir(parents=True)
    holder = (
        "import fcntl,sys\nfile = open(sys.argv[1], 'w')\nfcntl.lockf(file, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\nsys.stdin.read()"
    )
    command = [sys.executable, "-c", holder, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        first, second = free_ports(2)
        with pytest.raises(EngineError, match="in use"):
            prepare(tmp_path / "cache", tmp_path, first, second, ignore)
        child.communicate(b"")


def test_a_second_preparation_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    lock, said, got = tmp_path / "prepare.lock", threading.Event(), threading.Event()

    def second() -> None:
        with held(lock, waiting=said.set):
            got.set()

    thread = threading.Thread(target=second)
    with held(lock):
        assert is_held(lock)
        thread.start()
        assert said.wait(10)
        assert not got.is_set()
    assert got.wait(10)
    thread.join()
    assert not is_held(lock)


def test_a_lock_that_nobody_waits_for_is_refused(tmp_path: Path) -> None:
    with held(tmp_path / "lock"), pytest.raises(LockTakenError), held(tmp_path / "lock"):
        pytest.fail("the lock was given twice")


def test_a_lock_is_released_when_its_holder_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys,pathlib\nfrom deploy.local.locks import held\n"
        "with held(pathlib.Path(sys.argv[1])):\n print('held', flush=True)\n sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        assert is_held(tmp_path / "lock")
        child.kill()
        child.wait()
    assert not is_held(tmp_path / "lock")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"WEBCARE_CACHE": "/somewhere", "XDG_CACHE_HOME": "/xdg"}, Path("/somewhere")),
        ({"XDG_CACHE_HOME": "/xdg"}, Path("/xdg/webcare")),
        ({"XDG_CACHE_HOME": "", "WEBCARE_CACHE": ""}, Path.home() / ".cache" / "webcare"),
    ],
)
def test_the_cache_is_the_users_unless_chosen(environ: dict[str, str], expected: Path) -> None:
    assert cache_folder(environ) == expected


def test_the_broker_is_reached_from_this_machine_only(tmp_path: Path) -> None:
    settings = kafka.broker_settings(tmp_path / "data", 9092, 9093)
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert settings["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9092"
    assert settings["controller.quorum.voters"] == "1@127.0.0.1:9093"


def test_the_broker_makes_no_topics_and_stamps_the_time_of_arrival(tmp_path: Path) -> None:
    lines = kafka.render(kafka.broker_settings(tmp_path, 9092, 9093)).splitlines()
    assert "auto.create.topics.enable=false" in lines
    assert "log.message.timestamp.type=LogAppendTime" in lines
    assert "transaction.abort.timed.out.transaction.cleanup.interval.ms=1000" in lines
    assert "message.max.bytes=2097152" in lines


def test_the_node_is_reached_from_this_machine_only_and_makes_no_index_unasked(tmp_path: Path) -> None:
    settings = elasticsearch.node_settings(tmp_path, 9200)
    assert settings["network.host"] == "127.0.0.1"
    assert settings["http.port"] == 9200
    assert settings["action.auto_create_index"] is False
    assert settings["path.data"] == str(tmp_path / "elasticsearch" / "data")


def test_a_broker_is_ready_once_it_lists_itself() -> None:
    with listener(struct.pack(">iii", 8, 1, 1)) as port:
        assert kafka.missing(port) is None
    with listener(struct.pack(">iii", 8, 1, 0)) as port:
        assert kafka.missing(port) == "the broker has not registered with its controller"
    with listener(b"") as port:
        assert "connection was closed" in str(kafka.missing(port))
    [port] = free_ports(1)
    assert kafka.missing(port) == f"nothing listens on port {port}"


@pytest.mark.parametrize(("status", "expected"), [("green", None), ("yellow", None), ("red", "cluster health is red")])
def test_a_node_is_ready_once_its_health_is_not_red(status: str, expected: str | None) -> None:
    body = json.dumps({"status": status}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    with listener(head + body) as port:
        assert elasticsearch.missing(port) == expected


def test_a_node_that_does_not_answer_is_not_ready() -> None:
    [port] = free_ports(1)
    assert "does not answer" in str(elasticsearch.missing(port))


def test_libraries_that_are_there_are_not_asked_for_again(tmp_path: Path) -> None:
    jar = tmp_path / "jars" / "org" / "a.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"jar")
    (tmp_path / "resolved").mkdir()
    (tmp_path / "resolved" / "g_a_1.json").write_text('["org/a.jar"]')

    assert jars.jars(tmp_path, ["g:a:1"], pytest.fail) == [[jar]]


def test_what_an_earlier_start_left_is_used_where_it_is(tmp_path: Path) -> None:
    made = Engine("kafka", ("java", "-Xmx1g", "-cp", "a.jar", "Main"), {}, tmp_path / "log", lambda: None, (1,))
    other = replace(made, argv=("java", "-cp", "b.jar", "Main"))
    quickstart.archive(made, tmp_path).touch()

    [quick, same] = quickstart.quick([made, other], tmp_path)

    assert quick.argv[:2] == ("java", f"-XX:AOTCache={quickstart.archive(made, tmp_path)}")
    assert quick.argv[-4:] == made.argv[-4:]
    assert same == other


def test_a_log_that_has_grown_is_set_aside(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "kafka.log"
    with open_log(log) as file:
        file.truncate(LOG_LIMIT_BYTES + 1)
    with open_log(log) as file:
        file.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "logs" / "kafka.log.1").stat().st_size == LOG_LIMIT_BYTES + 1


def test_a_child_has_a_session_of_its_own_and_logs_what_it_writes(tmp_path: Path) -> None:
    code = "import os; print(os.getsid(0) == os.getpid(), os.environ['GIVEN'])"
    child = spawn([sys.executable, "-c", code], {"GIVEN": "yes"}, tmp_path / "child.log")
    assert child.wait(20) == 0
    assert (tmp_path / "child.log").read_text() == "True yes\n"
