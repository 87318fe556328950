import TestSupport
import Testing

/// Google's own clients of Cloud Scheduler against the real daemon; each answer is checked against Google's document.
@Suite("Cloud Scheduler's API")
struct CloudSchedulerTests {
    @Test("Google's client makes, changes, runs, pauses and deletes jobs")
    func client() async throws {
        let daemon = try await TestDaemon.start(settings: ["purge.retain": "1h"])
        let result = try await PythonEnvironment.run(Self.program, [daemon.url("admin")])
        #expect(result.output == "done\n", "\(result.errors)")
        #expect(await daemon.stop() == .exited(0))
    }

    private static let program = #"""
        import http.server, sys, threading, time
        import discovery_check
        from google.api_core import exceptions
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import scheduler_v1 as scheduler
        from google.cloud.location import locations_pb2
        from google.protobuf import duration_pb2, field_mask_pb2
        from googleapiclient.errors import HttpError

        url = sys.argv[1]
        client = scheduler.CloudSchedulerClient(
            credentials=AnonymousCredentials(), transport="rest", client_options={"api_endpoint": url})
        asked = discovery_check.watch(client.transport._session, "cloudscheduler", "v1")
        parent = "projects/my-project/locations/us-central1"
        Job, State, Method = scheduler.Job, scheduler.Job.State, scheduler.HttpMethod

        def refused(kind, call, *arguments, **named):
            try:
                call(*arguments, **named)
            except kind as error:
                return error
            raise AssertionError(f"{named} is taken")

        def eventually(what, condition):
            deadline = time.monotonic() + 60
            while not (found := condition()):
                assert time.monotonic() < deadline, what
                time.sleep(0.05)
            return found

        calls = []
        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                calls.append((self.path, self.headers["X-A"], body))
                self.send_response(500 if self.path == "/fails" else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()
            def log_message(self, *_):
                pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        target = f"http://127.0.0.1:{server.server_port}"

        # What a first start made.
        found = list(client.list_jobs(parent=parent))
        assert [job.name for job in found] == [f"{parent}/jobs/log-purge-job"], found
        account = "cloud-run-invoker@my-project.iam.gserviceaccount.com"
        assert found[0].http_target.oidc_token.service_account_email == account
        assert found[0].http_target.http_method == Method.GET and found[0].state == State.ENABLED

        wanted = Job(
            name=f"{parent}/jobs/report", description="nightly", schedule="30 2 * * MON-FRI",
            time_zone="Europe/Berlin", attempt_deadline=duration_pb2.Duration(seconds=30),
            http_target=scheduler.HttpTarget(
                uri=f"{target}/run", http_method=Method.PUT, headers={"X-A": "1"}, body=b"\x00hello"),
            retry_config=scheduler.RetryConfig(
                retry_count=1, min_backoff_duration=duration_pb2.Duration(nanos=10_000_000), max_doublings=2))
        made = client.create_job(parent=parent, job=wanted)
        assert made.state == State.ENABLED and made.user_update_time and made.schedule_time.minute == 30, made
        assert made.http_target == wanted.http_target and made.retry_config.retry_count == 1
        assert made.retry_config.max_backoff_duration.total_seconds() == 3600 and made.attempt_deadline.seconds == 30
        assert not made.last_attempt_time and "status" not in made
        assert client.get_job(name=made.name) == made
        refused(exceptions.Conflict, client.create_job, parent=parent, job=wanted)
        unnamed = client.create_job(
            parent=parent, job=Job(schedule="0 0 1 1 *", http_target=scheduler.HttpTarget(uri=f"{target}/fails")))
        assert unnamed.name.startswith(f"{parent}/jobs/") and unnamed.http_target.http_method == Method.POST

        # Pages.
        names = [job.name for job in client.list_jobs(request={"parent": parent, "page_size": 1})]
        assert sorted(names) == sorted([f"{parent}/jobs/log-purge-job", made.name, unnamed.name]), names
        assert len(list(client.list_jobs(parent="projects/my-project/locations/-"))) == 3

        # A run is asked for, and the job tells how it went.
        client.run_job(name=made.name)
        ran = eventually("the job has run", lambda: (job := client.get_job(name=made.name)).last_attempt_time and job)
        eventually("the receiver was called", lambda: calls == [("/run", "1", b"\x00hello")])
        eventually("the status is there", lambda: "status" in client.get_job(name=made.name))
        assert client.get_job(name=made.name).status.code == 0 and ran.user_update_time == made.user_update_time

        # Changes take what the mask names.
        def update(mask, **fields):
            return client.update_job(
                job=Job(name=made.name, **fields), update_mask=field_mask_pb2.FieldMask(paths=mask.split(",")))
        changed = update("schedule,description", schedule="0 0 1 1 *", time_zone="UTC")
        assert changed.schedule == "0 0 1 1 *" and changed.time_zone == "Europe/Berlin" and not changed.description
        changed = update("http_target.uri", http_target=scheduler.HttpTarget(uri=f"{target}/fails"))
        assert changed.http_target.uri == f"{target}/fails" and changed.http_target.body == b"\x00hello"
        client.run_job(name=made.name)
        eventually("the run has failed", lambda: client.get_job(name=made.name).status.code == 13)
        eventually("it is tried again", lambda: [path for path, _, _ in calls].count("/fails") == 2)
        refused(exceptions.BadRequest, update, "state")
        refused(exceptions.BadRequest, update, "schedule", schedule="whenever")
        refused(exceptions.NotFound, client.update_job, job=Job(name=f"{parent}/jobs/none", schedule="* * * * *"))

        # Pause and resume.
        assert client.pause_job(name=made.name).state == State.PAUSED
        error = refused(exceptions.GoogleAPICallError, client.pause_job, name=made.name)
        assert error.code == 400 and "FAILED_PRECONDITION" in str(error.response.json()), error
        assert not client.get_job(name=made.name).schedule_time
        assert client.resume_job(name=made.name).state == State.ENABLED

        # A job that publishes reaches the storage log, as the lab's events do.
        topic = "projects/my-project/topics/storage-event"
        message = scheduler.PubsubTarget(
            topic_name=topic, data=b'{"name":"cron.jpg"}', attributes={"eventType": "OBJECT_FINALIZE"})
        publishing = client.create_job(
            parent=parent, job=Job(name=f"{parent}/jobs/tick", schedule="0 0 1 1 *", pubsub_target=message))
        assert publishing.pubsub_target == message and "http_target" not in publishing
        client.run_job(name=publishing.name)
        eventually("the message is published", lambda: client.get_job(name=publishing.name).last_attempt_time)
        assert client.get_job(name=publishing.name).status.code == 0

        # What is refused.
        for bad in [
            Job(http_target=scheduler.HttpTarget(uri=target)),
            Job(schedule="* * * * *"),
            Job(schedule="* * * * *", http_target=scheduler.HttpTarget(uri="ftp://a/")),
            Job(schedule="* * * * *", time_zone="Mars/Olympus", http_target=scheduler.HttpTarget(uri=target)),
            Job(schedule="* * * * *", pubsub_target=scheduler.PubsubTarget(topic_name=topic)),
            Job(name=f"{parent}/jobs/a.b", schedule="* * * * *", http_target=scheduler.HttpTarget(uri=target)),
            Job(name="projects/my-project/locations/elsewhere/jobs/a", schedule="* * * * *",
                http_target=scheduler.HttpTarget(uri=target)),
        ]:
            refused(exceptions.BadRequest, client.create_job, parent=parent, job=bad)
        engine = scheduler.AppEngineHttpTarget(relative_uri="/")
        refused(exceptions.MethodNotImplemented, client.create_job, parent=parent,
                job=Job(schedule="* * * * *", app_engine_http_target=engine))
        refused(exceptions.NotFound, client.list_jobs, parent="projects/other/locations/us-central1")
        for call in [client.get_job, client.delete_job, client.run_job, client.pause_job, client.resume_job]:
            refused(exceptions.NotFound, call, name=f"{parent}/jobs/none")

        # Locations.
        assert client.get_location(locations_pb2.GetLocationRequest(name=parent)).location_id == "us-central1"
        found = client.list_locations(locations_pb2.ListLocationsRequest(name="projects/my-project")).locations
        assert [location.name for location in found] == ["projects/my-project/locations/local"], found

        for name in [made.name, unnamed.name, publishing.name]:
            client.delete_job(name=name)
            refused(exceptions.NotFound, client.get_job, name=name)
        assert {method.rsplit(".", 1)[1] for method in asked} == {
            "list", "create", "get", "patch", "run", "pause", "resume", "delete"}, asked

        # The other client, which sends JSON as it is written.
        jobs = discovery_check.client("cloudscheduler", "v1", url).projects().locations().jobs()
        body = {"schedule": "0 0 1 1 *", "httpTarget": {"uri": "http://127.0.0.1:1/", "httpMethod": "GET"}}
        made = jobs.create(parent=parent, body=body).execute()
        assert jobs.patch(name=made["name"], body={"description": "d"}).execute()["description"] == "d"
        try:
            jobs.patch(name=made["name"], body={"colour": "blue"}).execute()
            raise AssertionError("colour is taken")
        except HttpError as error:
            assert error.status_code == 400 and "colour" in str(error)
        assert jobs.list(parent=parent, pageSize=1).execute()["nextPageToken"]
        assert jobs.delete(name=made["name"]).execute() == {}
        server.shutdown()
        server.server_close()
        print("done")
        """#
}
