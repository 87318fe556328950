import Foundation
import JSON
import TestSupport
import Testing

/// `trivetctl apply` and `export` with the real programs.
@Suite("apply and export")
struct ApplyTests {
    /// Every member of every kind.
    private func everything(watching folder: String) -> String {
        """
        serviceAccounts:
        - { name: lab-caller, displayName: "Calls; and \\"quotes\\"" }
        - { name: silent-one, description: "says nothing" }
        topics:
        - { name: orders, messageRetentionDuration: 7d, labels: { team: sales } }
        - name: dead
        subscriptions:
        - name: pull
          topic: orders
        - name: push
          topic: orders
          pushConfig:
            pushEndpoint: http://storage-logging-service/api/v1/pubsub
            oidcToken: { serviceAccountEmail: lab-caller@my-project.iam.gserviceaccount.com, audience: me }
            noWrapper: { writeMetadata: true }
          ackDeadlineSeconds: 20
          messageRetentionDuration: 1h
          retainAckedMessages: true
          enableMessageOrdering: true
          filter: 'attributes.colour = "é\\"x"'
          retryPolicy: { minimumBackoff: 1s, maximumBackoff: 10m }
          deadLetterPolicy: { deadLetterTopic: dead, maxDeliveryAttempts: 7 }
          expirationPolicy: { ttl: 31d }
          labels: { a: "1" }
        - { name: cut, topic: dead, detached: true }
        roleBindings:
        - resource: project
          role: roles/viewer
          members:
          - serviceAccount:lab-caller@my-project.iam.gserviceaccount.com
          - user:a@example.org
        - resource: services/hello-world-service
          role: roles/run.invoker
          members: [allUsers, "serviceAccount:lab-caller@my-project.iam.gserviceaccount.com"]
        - resource: serviceAccounts/silent-one
          role: roles/iam.serviceAccountTokenCreator
          members: ["user:a@example.org"]
        buckets:
        - { name: photos, location: eu, storageClass: NEARLINE, labels: { a: "1", e: "" } }
        - { name: watched, watchedFolder: \(folder) }
        notifications:
        - bucket: photos
          topic: orders
          payloadFormat: NONE
          eventTypes: [OBJECT_DELETE, OBJECT_FINALIZE]
          objectNamePrefix: in/
          customAttributes: { k: v }
        - { bucket: watched, topic: dead }
        jobs:
        - name: tick
          description: says "hello"
          schedule: "*/5 * * * *"
          timeZone: Europe/Zurich
          state: PAUSED
          httpTarget:
            uri: http://hello-world-service/api/v1/hello
            headers: { Content-Type: application/json }
            messageBody: |
              {"name": "é"}
            oidcToken: { serviceAccountEmail: lab-caller@my-project.iam.gserviceaccount.com }
          attemptDeadline: 30s
          retryConfig:
            { retryCount: 3, minBackoffDuration: 1s, maxBackoffDuration: 2m, maxDoublings: 2, maxRetryDuration: 1h }
          missedRunPolicy: RUN_ONCE
          startDeadline: 10m
        - name: tell
          schedule: "0 9 * * *"
          pubsubTarget: { topicName: orders, messageBody: "good morning", attributes: { k: v }, orderingKey: o }
        - { name: bytes, schedule: "0 0 1 1 *", httpTarget: { uri: "http://hello-world-service/", body: "AAH/" } }
        indexes:
        - { kind: Message, properties: [{ name: name }, { name: timestamp, direction: desc }] }
        - { kind: Anc, ancestor: yes, properties: [{ name: a }] }

        """
    }

    private func trivetctl(_ daemon: TestDaemon, _ arguments: [String], input: String) async throws -> CommandResult {
        try await run(
            Programs.trivetctl, arguments, environment: ["TRIVET_SOCKET": daemon.socket], input: input)
    }

    /// The etags, versions and times of everything that a needless change would touch.
    private func traces(_ daemon: TestDaemon) async throws -> String {
        var traces = ""
        for path in [
            "/storage/v1/b", "/admin/v1/scheduler/jobs", "/admin/v1/projects/my-project/iamPolicy",
            "/admin/v1/services/hello-world-service/iamPolicy", "/storage/v1/b/photos/notificationConfigs",
            "/admin/v1/datastore/indexes", "/admin/v1/iam/serviceAccounts",
        ] {
            let answer = try await run(
                "curl", ["-sS", "--unix-socket", daemon.socket, "http://trivet\(path)"])
            let text = answer.output.replacing(/"(scheduleTime|nextTime)": ?"[^"]*",?/, with: "")
            traces += text.replacing(/"lastRun": ?\{.*?\},?/, with: "") + "\n"
        }
        return traces
    }

    @Test("everything that can be declared is made, a second time nothing is changed, and what was changed is mended")
    func everythingIsMade() async throws {
        let daemon = try await TestDaemon.start(settings: ["first_start": "empty"])
        let folder = daemon.folder.file("watched")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = try daemon.folder.write(everything(watching: folder), to: "all.yaml")
        // The scheduler's own job changes as it runs.
        #expect(try await daemon.trivetctl("scheduler", "jobs", "pause", "log-purge-job").status == 0)

        let rehearsal = try await daemon.trivetctl("apply", "-f", file, "--dry-run")
        #expect(rehearsal.status == 6, "\(rehearsal.output)\(rehearsal.errors)")
        #expect(rehearsal.output.contains("+ topic orders\n"))
        #expect(!rehearsal.output.contains("\u{1B}"))
        #expect(try await daemon.trivetctl("pubsub", "topics", "list", "--format", "json").output == "[]\n")

        let first = try await daemon.trivetctl("apply", "-f", file)
        #expect(first.status == 0, "\(first.output)\(first.errors)")
        #expect(first.output.contains("21 created, 0 updated, 0 deleted, 0 unchanged"))
        let before = try await traces(daemon)
        let second = try await daemon.trivetctl("apply", "-f", file)
        #expect(second.status == 0)
        #expect(second.output == "unchanged: 21 resources are as declared\n", "\(second.output)")
        let after = try await traces(daemon)
        #expect(before == after)

        #expect(try await daemon.trivetctl("scheduler", "jobs", "resume", "tick").status == 0)
        #expect(
            try await daemon.trivetctl(
                "pubsub", "subscriptions", "update", "push", "--ack-deadline", "30", "--clear-dead-letter-policy"
            ).status == 0)
        let mended = try await daemon.trivetctl("apply", "-f", file, "--format", "value(action,kind,name,state)")
        #expect(
            mended.output == """
                update\tsubscriptions\tpush\tdone
                update\tjobs\ttick\tdone

                """, "\(mended.output)\(mended.errors)")
        let third = try await daemon.trivetctl("apply", "-f", file, "--dry-run")
        #expect(third.status == 0, "\(third.output)")
        await daemon.stop()
    }

    @Test("an export is nothing to do for the daemon that it is of, and makes an empty one the same")
    func roundTrip() async throws {
        let lab = try await TestDaemon.start()
        let folder = lab.folder.file("watched")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for text in ["", everything(watching: folder)] {
            if !text.isEmpty {
                let applied = try await trivetctl(lab, ["apply", "-f", "-"], input: text)
                #expect(applied.status == 0, "\(applied.output)\(applied.errors)")
            }
            let export = try await lab.trivetctl("export")
            #expect(export.status == 0 && export.errors.isEmpty, "\(export.errors)")
            let same = try await trivetctl(lab, ["apply", "-f", "-", "--dry-run", "--prune"], input: export.output)
            #expect(same.status == 0, "\(export.output)\(same.output)\(same.errors)")

            let empty = try await TestDaemon.start(settings: ["first_start": "empty"])
            let made = try await trivetctl(empty, ["apply", "-f", "-", "--prune"], input: export.output)
            #expect(made.status == 0, "\(made.output)\(made.errors)")
            let copy = try await empty.trivetctl("export")
            #expect(copy.output == export.output)
            // The JSON of an export is read as well.
            let json = try await lab.trivetctl("export", "--format", "json")
            let again = try await trivetctl(empty, ["apply", "-f", "-", "--dry-run"], input: json.output)
            #expect(again.status == 0, "\(again.output)\(again.errors)")
            await empty.stop()
        }
        let some = try await lab.trivetctl("export", "--kinds", "topics,buckets", "--format", "json")
        #expect(try some.json().object?.map(\.name) == ["buckets", "topics"])
        #expect(try await lab.trivetctl("export", "--kinds", "topic").status == 2)
        await lab.stop()
    }

    @Test("all that is wrong with several files is told at once, and nothing is changed")
    func allWrong() async throws {
        let daemon = try await TestDaemon.start(settings: ["first_start": "empty"])
        let conf = daemon.folder.file("conf")
        try FileManager.default.createDirectory(atPath: conf, withIntermediateDirectories: true)
        _ = try daemon.folder.write("topics:\n- name: orders\n- name: goog\n- nmae: x\n", to: "conf/a.yaml")
        _ = try daemon.folder.write("topics: [{name: orders}]\n", to: "conf/b.yml")
        _ = try daemon.folder.write("not read", to: "conf/c.txt")
        let other = try daemon.folder.write(
            """
            subscriptions:
            - name: push
              topic: nowhere
            - name: slow
              topic: orders
              ackDeadlineSeconds: 5
            jobs:
            - name: j
              schedule: "61 * * * *"
              httpTarget: { uri: "http://x" }
            roleBindings:
            - { resource: services/none, role: roles/run.invoker, members: [allUsers] }
            - resource: project
              role: roles/king
              members: ["serviceAccount:lab-caller@my-project.iam.gserviceaccount.com"]

            """, to: "other.yaml")
        let result = try await daemon.trivetctl("apply", "-f", conf, "-f", other)
        #expect(result.status == 2)
        for line in [
            "a.yaml:3: topics[goog].name: \"goog\" ", "a.yaml:4: topics[2].nmae: is not known here; did you mean name?",
            "b.yml:1: topics[orders].name: \"orders\" is declared twice: the first is \(conf)/a.yaml:2",
            "other.yaml:3: subscriptions[push].topic: \"nowhere\" is no topic",
            "other.yaml:6: subscriptions[slow].ackDeadlineSeconds: \"5\" ackDeadlineSeconds is from 10 to 600",
            "other.yaml:9: jobs[j].schedule: \"61 * * * *\" ", "other.yaml:12: roleBindings[0]",
            "other.yaml:14: roleBindings[1].role: \"roles/king\" ", "nothing was changed",
        ] {
            #expect(result.errors.contains(line), "\(line)\n\(result.errors)")
        }
        #expect(try await daemon.trivetctl("pubsub", "topics", "list", "--format", "json").output == "[]\n")
        let missing = try await daemon.trivetctl("apply", "-f", daemon.folder.file("none.yaml"))
        #expect(missing.status == 2)
        #expect(try await trivetctl(daemon, ["apply", "-f", "-"], input: "\0\u{1}{{").status == 2)
        #expect(try await trivetctl(daemon, ["apply", "-f", "-"], input: "").status == 2)
        await daemon.stop()
    }

    @Test("what cannot be changed, what is used and what has objects stays; what no file declares goes with --prune")
    func prune() async throws {
        let daemon = try await TestDaemon.start()
        let photo = try daemon.folder.write("x", to: "photo.jpg")
        #expect(try await daemon.trivetctl("storage", "cp", photo, "gs://my-project-photostore/").status == 0)
        #expect(try await daemon.trivetctl("storage", "buckets", "create", "empty-one").status == 0)

        let fixed = try await trivetctl(
            daemon, ["apply", "-f", "-"],
            input: "subscriptions: [{name: push-storage-event, topic: storage-event, filter: 'attributes:a'}]")
        #expect(fixed.status == 2)
        #expect(fixed.errors.contains("cannot change filter, which is \"\": delete the subscription first"))

        let used = try await trivetctl(daemon, ["apply", "-f", "-", "--prune"], input: "topics: []")
        #expect(used.status == 2)
        #expect(used.errors.contains("cannot be pruned: the subscription push-storage-event uses it"), "\(used.errors)")

        let unpruned = try await trivetctl(daemon, ["apply", "-f", "-"], input: "topics: []\nbuckets: []\n")
        #expect(unpruned.status == 0)
        #expect(unpruned.output == "unchanged: 0 resources are as declared\n")

        let pruned = try await trivetctl(
            daemon, ["apply", "-f", "-", "--prune", "--format", "value(action,kind,name)"],
            input: "topics: []\nsubscriptions: []\nnotifications: []\nbuckets: []\njobs: []\n")
        #expect(pruned.status == 0, "\(pruned.errors)")
        #expect(
            pruned.output == """
                delete\tjobs\tlog-purge-job
                delete\tnotifications\tmy-project-photostore to storage-event
                delete\tbuckets\tempty-one
                delete\tsubscriptions\tpush-storage-event
                delete\ttopics\tstorage-event

                """)
        #expect(pruned.errors.contains("the bucket my-project-photostore is not pruned: it has objects"))
        let left = try await daemon.trivetctl(
            "storage", "ls", "-r", "gs://my-project-photostore", "--format", "value(url)")
        #expect(left.output == "gs://my-project-photostore/photo.jpg\n")
        // Kinds without a section stay.
        let accounts = try await daemon.trivetctl("iam", "service-accounts", "list", "--format", "value(displayName)")
        #expect(accounts.output == "Cloud Run Invoker\n")
        await daemon.stop()
    }

    @Test("a failure in the middle tells what was done and what was not, and the next time makes the rest")
    func failureInTheMiddle() async throws {
        let daemon = try await TestDaemon.start(settings: ["first_start": "empty"])
        // The daemon's checks let each pass: together they are one too many.
        let indexes = (0..<230).map { "- { kind: K\($0), properties: [{ name: a }, { name: b }] }" }
        let text = "topics: [{ name: orders }]\nindexes:\n\(indexes.joined(separator: "\n"))\n"
        let file = try daemon.folder.write(text, to: "many.yaml")
        let result = try await daemon.trivetctl("apply", "-f", file)
        #expect(result.status == 1)
        #expect(result.output.contains("+ topic orders\n"))
        #expect(result.output.contains(": failed\n"))
        #expect(result.output.contains(": not done\n"))
        #expect(result.errors.contains("there may be at most 200 composite indexes: delete some"))
        #expect(result.errors.contains("of 231 changes were made"))
        let fewer = try daemon.folder.write(
            "topics: [{ name: orders }]\nindexes:\n\(indexes[..<150].joined(separator: "\n"))\n", to: "fewer.yaml")
        let rest = try await daemon.trivetctl("apply", "-f", fewer, "--prune")
        #expect(rest.status == 0, "\(rest.errors)")
        #expect(try await daemon.trivetctl("apply", "-f", fewer, "--dry-run", "--prune").status == 0)
        await daemon.stop()
    }

    @Test("ten thousand resources are rehearsed, with what is wrong with one of them told at its line")
    func tenThousand() async throws {
        let daemon = try await TestDaemon.start(settings: ["first_start": "empty"])
        let topics = (0..<5_000).map { "- name: topic-\($0)" }
        let subscriptions = (0..<5_000).map { "- { name: sub-\($0), topic: topic-\($0) }" }
        let text = (["topics:"] + topics + ["subscriptions:"] + subscriptions).joined(separator: "\n")
        let file = try daemon.folder.write(text, to: "many.yaml")
        let result = try await run(
            Programs.trivetctl, ["apply", "-f", file, "--dry-run"],
            environment: ["TRIVET_SOCKET": daemon.socket], within: .seconds(300))
        #expect(result.status == 6, "\(result.errors)")
        #expect(result.output.hasSuffix("dry run: 10000 to create, 0 to update, 0 to delete, 0 unchanged\n"))
        let wrong = try daemon.folder.write(text + "\n- { name: last, topic: topic-5000 }", to: "wrong.yaml")
        let refused = try await run(
            Programs.trivetctl, ["apply", "-f", wrong], environment: ["TRIVET_SOCKET": daemon.socket],
            within: .seconds(300))
        #expect(refused.status == 2)
        #expect(refused.errors.contains(":10003: subscriptions[last].topic: \"topic-5000\" is no topic"))
        await daemon.stop()
    }

    @Test("each change is audited as one of its own, and a rehearsal is not")
    func audited() async throws {
        let daemon = try await TestDaemon.start(settings: ["first_start": "empty"])
        let text = "topics: [{ name: orders }]\nserviceAccounts: [{ name: lab-caller, displayName: one }]\n"
        #expect(try await trivetctl(daemon, ["apply", "-f", "-", "--dry-run"], input: text).status == 6)
        #expect(try await trivetctl(daemon, ["apply", "-f", "-"], input: text).status == 0)
        let changed = text.replacing("one", with: "two").replacing(
            "orders", with: "orders, messageRetentionDuration: 1d")
        #expect(try await trivetctl(daemon, ["apply", "-f", "-"], input: changed).status == 0)
        #expect(try await trivetctl(daemon, ["apply", "-f", "-"], input: text).status == 0)
        let audit = try await daemon.trivetctl("audit", "list", "--format", "value(method,result)")
        let methods = audit.output.split(separator: "\n").filter { !$0.hasPrefix("daemon") }
        #expect(
            methods.sorted() == [
                "iam.serviceAccounts.create\tok", "iam.serviceAccounts.update\tok", "iam.serviceAccounts.update\tok",
                "pubsub.topics.create\tok", "pubsub.topics.update\tok", "pubsub.topics.update\tok",
            ])
        await daemon.stop()
    }
}
