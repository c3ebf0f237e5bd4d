#!/usr/bin/python3
"""One OpenStack Swift with its S3 API in one process: server.py FOLDER. What it holds lies in FOLDER, on a file system
with extended attributes. Prints its address when it listens on 127.0.0.1, and runs until it is killed."""
import os
import sys

import eventlet

eventlet.monkey_patch()

# Nothing here need survive a power cut, and a test writes hundreds of objects.
os.fsync = os.fdatasync = lambda fd: None

from eventlet import wsgi  # noqa: E402
from swift.common import utils  # noqa: E402

folder = os.path.abspath(sys.argv[1])
os.makedirs(os.path.join(folder, "disk", "tmp"), exist_ok=True)
with open(os.path.join(folder, "swift.conf"), "w") as f:
    # The longest object that one request may make, as the protocol has it.
    f.write("[swift-hash]\nswift_hash_path_suffix = tests\n[swift-constraints]\nmax_file_size = 5368709120\n")
utils.set_swift_dir(folder)

from swift.account.server import AccountController  # noqa: E402
from swift.common.http_protocol import SwiftHttpProtocol  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.storage_policy import reload_storage_policies  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402
from swift.container.server import ContainerController  # noqa: E402
from swift.obj.server import ObjectController  # noqa: E402

# Short pages, so that a listing of a few objects has several. On a busy machine answers may take their time.
PROXY = """
[DEFAULT]
swift_dir = {folder}
log_level = ERROR

[pipeline:main]
pipeline = catch_errors gatekeeper s3api tempauth copy slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
conn_timeout = 60
node_timeout = 60
recoverable_node_timeout = 60

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:s3api]
use = egg:swift#s3api
location = us-east-1
max_bucket_listing = 10
max_upload_part_num = 10000

[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin

[filter:copy]
use = egg:swift#copy

[filter:slo]
use = egg:swift#slo

[filter:dlo]
use = egg:swift#dlo
"""
SERVER = {
    "devices": folder, "swift_dir": folder, "mount_check": "false", "conn_timeout": "60", "node_timeout": "60",
    # Else a listing may lack an object that stands already.
    "container_update_timeout": "60",
    "log_level": "ERROR",
}


class NoCache:
    """The middleware asks for a cache, and does without what it does not find there."""

    def get(self, *args, **kwargs):
        return None

    def set(self, *args, **kwargs):
        pass

    delete = set


def serve(app, sock, protocol=SwiftHttpProtocol):
    eventlet.spawn(wsgi.server, sock, app, logger, protocol=protocol, log_output=False, socket_timeout=600)
    return sock.getsockname()[1]


def serve_ring(name, app):
    port = serve(app, eventlet.listen(("127.0.0.1", 0)))
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name + ".ring.gz"))


logger = utils.get_logger(SERVER, "tests")
reload_storage_policies()
serve_ring("account", AccountController(SERVER, logger))
serve_ring("container", ContainerController(SERVER, logger))
serve_ring("object", ObjectController(SERVER, logger))

conf = os.path.join(folder, "proxy.conf")
with open(conf, "w") as f:
    f.write(PROXY.format(folder=folder))
proxy = loadapp(conf)
cache = NoCache()


def with_cache(environ, start_response):
    environ["swift.cache"] = cache
    return proxy(environ, start_response)


port = serve(with_cache, eventlet.listen(("127.0.0.1", 0)))
print("http://127.0.0.1:%d/" % port, flush=True)
while True:
    eventlet.sleep(3600)
