"""A warm function, in the interpreter that is measured: `python3.13 -I -S -B many_requests.py JOB`.

Reads numbers of requests from stdin, runs as many, and writes their processor time to stderr; stdout is the function's.
The event is parsed again for each request, as Lambda does, outside of the measured time.
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
handler = __import__(job["module"], fromlist=["handler"]).handler
text = json.dumps(job["event"])
for _ in range(50):
    handler(json.loads(text), context)

for line in sys.stdin:
    events = [json.loads(text) for _ in range(int(line))]
    started = time.process_time()
    replies = [handler(event, context) for event in events]
    cpu = time.process_time() - started
    if any(reply["statusCode"] >= 300 for reply in replies):
        sys.exit(f"a request failed: {replies[0]}")
    sys.stderr.write(json.dumps({"cpu_seconds": cpu}) + "\n")
    sys.stderr.flush()
