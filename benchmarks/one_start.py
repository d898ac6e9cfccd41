"""One cold start, in the interpreter that is measured: `python3.13 -I -S -B one_start.py JOB`.

No site-packages, no environment of the interpreter, and nothing written, as on Lambda's read-only file system. `json`
is loaded before the clock starts, since Lambda's own runtime has loaded it too. Prints seconds and processor seconds
from the handler's import to its first answer, and the answer's status, on the last line.
"""

import json
import sys
import time
from types import SimpleNamespace

with open(sys.argv[1]) as file:
    job = json.load(file)
sys.path[:0] = job["paths"]
# Lambda's runtime hands on every line at once.
sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
context = SimpleNamespace(
    function_name=job["function"], memory_limit_in_mb=1024, aws_request_id="one", invoked_function_arn=""
)

wall, cpu = time.perf_counter(), time.process_time()
module = __import__(job["module"], fromlist=["handler"])
reply = module.handler(job["event"], context)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu

print()
print(json.dumps({"seconds": wall, "cpu_seconds": cpu, "status": reply["statusCode"]}))
