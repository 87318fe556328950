import HTTPTypes
import JSON
import Scheduling
import Testing
import Transfer

@testable import CloudAPI

@Suite("Jobs in Cloud Scheduler's shape")
struct JobReadingTests {
    private let reading = JobReading(id: "tick", project: "my-project")

    private func object(_ text: String) throws -> JSONObject {
        try #require(try JSONValue(parsing: Array(text.utf8)).object)
    }

    private func job(_ text: String) throws -> Job { try reading.job(try object(text)) }

    @Test("A job that calls is read, and shown as it was set")
    func http() throws {
        let text = """
            {"name":"projects/my-project/locations/us-central1/jobs/tick","description":"why","schedule":"30 2 * * MON-FRI",
             "timeZone":"Europe/Berlin","state":"PAUSED","attemptDeadline":"30s",
             "httpTarget":{"uri":"https://a.test/","httpMethod":"PUT","headers":{"X-A":"1"},"body":"e30",
             "oidcToken":{"serviceAccountEmail":"a@b.c","audience":"me"}},
             "retryConfig":{"retryCount":3,"maxRetryDuration":"0s","minBackoffDuration":"1.5s",
             "maxBackoffDuration":"600s","maxDoublings":2}}
            """
        let job = try job(text)
        #expect(job.name == "tick" && job.timeZone == "Europe/Berlin" && job.state == .enabled)
        #expect(job.retry.minBackoff == .milliseconds(1_500) && job.attemptDeadline == .seconds(30))
        var expected = try object(text)
        expected["name"] = nil
        expected["state"] = nil
        expected.set("httpTarget", "body", "e30=")
        #expect(.object(JobResource.settings(of: job, project: "my-project")) == JSONValue.object(expected))
    }

    @Test("A job that publishes is read, and shown as it was set")
    func pubsub() throws {
        let job = try job(
            """
            {"schedule":"* * * * *","pubsub_target":{"topic_name":"projects/my-project/topics/t","data":"aGk=",
             "attributes":{"a_b":"1"}}}
            """)
        #expect(
            job.target
                == .pubsub(
                    PubSubTarget(
                        topic: "projects/my-project/topics/t", data: Array("hi".utf8), attributes: [.init("a_b", "1")]))
        )
        var stored = job
        stored.target = .pubsub(PubSubTarget(topic: "t", data: Array("hi".utf8), attributes: [.init("a_b", "1")]))
        #expect(
            JSONValue.object(JobResource.settings(of: stored, project: "my-project")) == [
                "schedule": "* * * * *", "timeZone": "Etc/UTC",
                "pubsubTarget": [
                    "topicName": "projects/my-project/topics/t", "data": "aGk=", "attributes": ["a_b": "1"],
                ],
                "retryConfig": [
                    "maxRetryDuration": "0s", "minBackoffDuration": "5s", "maxBackoffDuration": "3600s",
                    "maxDoublings": 5,
                ],
            ])
    }

    @Test("Methods are known by their names and by their numbers")
    func methods() throws {
        for (given, method) in [("1", "POST"), ("2", "GET"), ("5", "DELETE"), ("0", "POST"), ("\"PATCH\"", "PATCH")] {
            let job = try job(
                #"{"schedule":"* * * * *","httpTarget":{"uri":"http://a/","httpMethod":\#(given)}}"#)
            guard case .http(let target) = job.target else { throw CloudProblem.invalid("no call") }
            #expect(target.method == method)
        }
    }

    @Test(
        "What cannot be is refused, and named",
        arguments: [
            (#"{"httpTarget":{"uri":"http://a/"}}"#, 400, "schedule"),
            (#"{"schedule":"* * * * *"}"#, 400, "httpTarget"),
            (#"{"schedule":"* * * * *","httpTarget":{}}"#, 400, "uri"),
            (#"{"schedule":"* * * * *","httpTarget":{"uri":"http://a/","httpMethod":9}}"#, 400, "method"),
            (#"{"schedule":"* * * * *","httpTarget":{"uri":"http://a/","httpMethod":"BREW"}}"#, 400, "method"),
            (#"{"schedule":"* * * * *","httpTarget":{"uri":"http://a/","colour":1}}"#, 400, "colour"),
            (
                #"{"schedule":"* * * * *","httpTarget":{"uri":"http://a/","oauthToken":{"scope":"x"}}}"#, 501,
                "oauthToken"
            ),
            (#"{"schedule":"* * * * *","appEngineHttpTarget":{"relativeUri":"/"}}"#, 501, "App Engine"),
            (
                #"{"schedule":"* * * * *","httpTarget":{"uri":"http://a/"},"pubsubTarget":{"topicName":"t"}}"#, 400,
                "not both"
            ),
            (#"{"schedule":"* * * * *","pubsubTarget":{"data":"aGk="}}"#, 400, "topicName"),
            (#"{"schedule":"* * * * *","pubsubTarget":{"topicName":"t","data":"?"}}"#, 400, "Base64"),
            (
                #"{"schedule":"* * * * *","httpTarget":{"uri":"http://a/"},"attemptDeadline":"3m"}"#, 400,
                "attemptDeadline"
            ),
            (
                #"{"schedule":"* * * * *","httpTarget":{"uri":"http://a/"},"retryConfig":{"retryCount":"x"}}"#, 400,
                "retryCount"
            ),
        ])
    func refused(text: String, status: Int, words: String) throws {
        let problem = #expect(throws: CloudProblem.self, "\(text)") { try job(text) }
        #expect(problem?.status.code == status)
        #expect(problem?.message.contains(words) == true, "\(problem?.message ?? "")")
    }

    private func changed(_ job: Job, _ mask: String, _ text: String) throws -> Job {
        let mask = try UpdateMask(parsing: mask, changeable: JobReading.changeable, constant: JobReading.constant)
        return try reading.job(try object(text), mask, changing: job)
    }

    @Test("A change takes what the mask names, and leaves what Cloud Scheduler has no name for")
    func changes() throws {
        var old = Job(
            name: "tick", description: "why", schedule: try CronSchedule(parsing: "* * * * *"),
            target: .http(
                HTTPTarget(
                    uri: "http://a/", method: "GET", headers: [TransferHeader("X", "1"), TransferHeader("X", "2")],
                    oidcToken: OIDCToken(serviceAccountEmail: "a@b.c"))))
        old.missedRuns = .runOnce
        old.startDeadline = .seconds(60)
        old.state = .paused
        var expected = old
        expected.schedule = try CronSchedule(parsing: "0 0 * * *")
        expected.description = ""
        #expect(try changed(old, "schedule,description", #"{"schedule":"0 0 * * *","timeZone":"UTC"}"#) == expected)
        let uri = try changed(old, "httpTarget.uri", #"{"httpTarget":{"uri":"http://b/"}}"#)
        guard case .http(let target) = uri.target else { throw CloudProblem.invalid("no call") }
        #expect(target.uri == "http://b/" && target.method == "GET" && target.oidcToken?.audience == nil)
        var message = old
        message.target = .pubsub(PubSubTarget(topic: "t", data: [1], orderingKey: "k"))
        let other = try changed(old, "pubsubTarget", #"{"pubsubTarget":{"topicName":"t","data":"AQ=="}}"#)
        #expect(other.target == .pubsub(PubSubTarget(topic: "t", data: [1])))
        let topic = try changed(
            message, "pubsubTarget.topicName", #"{"pubsubTarget":{"topicName":"projects/my-project/topics/u"}}"#)
        #expect(
            topic.target
                == .pubsub(PubSubTarget(topic: "projects/my-project/topics/u", data: [1], orderingKey: "k")))
        #expect(try changed(message, "schedule", #"{"schedule":"* * * * *"}"#) == message)
        #expect(throws: CloudProblem.self) { try changed(old, "schedule", "{}") }
        #expect(throws: CloudProblem.self) { try changed(old, "state", #"{"state":"ENABLED"}"#) }
        #expect(throws: CloudProblem.self) { try changed(old, "colour", "{}") }
    }

    @Test("Names of jobs are read in full")
    func names() throws {
        let name = try #require(JobName("projects/p/locations/us-central1/jobs/j"))
        #expect(name.project == "p" && name.location == "us-central1" && name.id == "j")
        #expect(name.description == "projects/p/locations/us-central1/jobs/j")
        for text in ["j", "projects/p/jobs/j", "projects/p/locations/a/job/j", ""] {
            #expect(JobName(text) == nil, "\(text)")
        }
    }
}

extension JSONObject {
    fileprivate mutating func set(_ outer: String, _ inner: String, _ value: JSONValue) {
        var part = self[outer]?.object ?? JSONObject()
        part[inner] = value
        self[outer] = .object(part)
    }
}
