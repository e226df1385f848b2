"""JupyterHub on one machine, with the practice server as a service that the hub starts, watches and ends.

Before `jupyterhub -f jupyterhub_config.py`: set COURSE_HOME (where the course lies), COURSE_JOIN_CODE (what learners type)
and COURSE_INSTRUCTOR_KEY (16 characters or more) in the hub's environment.
"""
import os
import sys

c = get_config()  # noqa: F821 (JupyterHub provides it)

course = os.environ["COURSE_HOME"]
server = "http://127.0.0.1:8900"

c.JupyterHub.services = [
    {
        "name": "practice",
        "command": [sys.executable, "-m", "helpers.practice", "--classroom", "--host", "127.0.0.1", "--port", "8900"],
        "cwd": course,
        "environment": {name: os.environ[name] for name in ("COURSE_JOIN_CODE", "COURSE_INSTRUCTOR_KEY")},
    }
]
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"
c.Spawner.environment = {"COURSE_SERVER": server}
c.Spawner.mem_limit = "1G"
