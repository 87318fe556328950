"""What Google's Pub/Sub clients for Python can ask of a daemon over REST, each answer checked against Google's
discovery document. Whatever is not as it should be raises.
"""

import base64
import datetime
import time
import warnings

warnings.simplefilter("ignore", FutureWarning)

from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials
from google.cloud import pubsub_v1
from google import pubsub_v1 as generated
from google.protobuf import duration_pb2, field_mask_pb2
from googleapiclient.errors import HttpError

import discovery_check

PROJECT = "my-project"


def clients(url, credentials=None):
    """google-cloud-pubsub over REST: what publishes and what subscribes."""
    options = {
        "transport": "rest", "credentials": credentials or AnonymousCredentials(),
        "client_options": {"api_endpoint": url},
    }
    publisher, subscriber = pubsub_v1.PublisherClient(**options), pubsub_v1.SubscriberClient(**options)
    for client in (publisher, subscriber):
        discovery_check.watch(client.transport._session, "pubsub", "v1")
    return publisher, subscriber


def refused(status, call, *arguments, **named):
    """Asks what must be refused with a name of a google.rpc.Code; gives the client's error."""
    try:
        call(*arguments, **named)
    except exceptions.GoogleAPICallError as error:
        assert error.response.json()["error"]["status"] == status, error
        return error
    raise AssertionError(f"not refused with {status}")


def seconds(number):
    return duration_pb2.Duration(seconds=number)


def administer(url):
    """Topics and subscriptions: made, found, listed, changed, deleted."""
    publisher, subscriber = clients(url)
    topic, dead = (publisher.topic_path(PROJECT, name) for name in ("judged", "judged-dead"))
    made = publisher.create_topic(
        request={"name": topic, "labels": {"a_b": "c"}, "message_retention_duration": seconds(600)})
    assert made.name == topic and dict(made.labels) == {"a_b": "c"} and made.state == 1, made
    assert publisher.get_topic(topic=topic) == made
    publisher.create_topic(name=dead)
    refused("ALREADY_EXISTS", publisher.create_topic, name=topic)
    refused("INVALID_ARGUMENT", publisher.create_topic, name=publisher.topic_path(PROJECT, "x"))
    refused("NOT_FOUND", publisher.get_topic, topic=publisher.topic_path(PROJECT, "none"))
    refused("NOT_FOUND", publisher.get_topic, topic=publisher.topic_path("other", "judged"))
    pages = list(publisher.list_topics(request={"project": f"projects/{PROJECT}", "page_size": 1}).pages)
    assert all(len(page.topics) == 1 for page in pages), pages
    assert {topic, dead} <= {page.topics[0].name for page in pages}, pages
    changed = publisher.update_topic(
        request={
            "topic": {"name": topic, "labels": {"d": "e"}},
            "update_mask": field_mask_pb2.FieldMask(paths=["labels", "message_retention_duration"]),
        })
    assert dict(changed.labels) == {"d": "e"} and not changed.message_retention_duration, changed

    path = subscriber.subscription_path(PROJECT, "judged-push")
    wish = {
        "name": path, "topic": topic, "ack_deadline_seconds": 20, "retain_acked_messages": True,
        "message_retention_duration": seconds(86400), "labels": {"x_y": "z"}, "enable_message_ordering": True,
        "expiration_policy": {"ttl": seconds(31 * 86400)}, "filter": "attributes:kind",
        "dead_letter_policy": {"dead_letter_topic": dead, "max_delivery_attempts": 7},
        "retry_policy": {"minimum_backoff": seconds(1), "maximum_backoff": seconds(2)},
        "push_config": {
            "push_endpoint": "http://127.0.0.1:1/", "attributes": {"x-goog-version": "v1"},
            "oidc_token": {"service_account_email": "me@example.org", "audience": "me"},
            "no_wrapper": {"write_metadata": True},
        },
    }
    made = subscriber.create_subscription(request=wish)
    assert made == type(made)(wish | {"state": 1}), made
    assert subscriber.get_subscription(subscription=path) == made
    assert list(publisher.list_topic_subscriptions(topic=topic)) == [path]
    assert made in list(subscriber.list_subscriptions(project=f"projects/{PROJECT}"))
    # The whole comes along, of which the mask takes one.
    made.ack_deadline_seconds = 30
    made.filter = "attributes:other"
    changed = subscriber.update_subscription(
        request={
            "subscription": made, "update_mask": field_mask_pb2.FieldMask(paths=["ack_deadline_seconds"]),
        })
    assert changed.ack_deadline_seconds == 30 and changed.filter == "attributes:kind", changed
    subscriber.modify_push_config(subscription=path, push_config={"push_endpoint": "http://127.0.0.1:1/x"})
    assert subscriber.get_subscription(subscription=path).push_config.push_endpoint == "http://127.0.0.1:1/x"
    refused("FAILED_PRECONDITION", subscriber.pull, subscription=path, max_messages=1)
    cleared = subscriber.update_subscription(
        request={
            "subscription": {"name": path},
            "update_mask": field_mask_pb2.FieldMask(
                paths=["push_config", "dead_letter_policy", "retry_policy", "expiration_policy"]),
        })
    assert not cleared.push_config.push_endpoint and not cleared.dead_letter_policy.dead_letter_topic, cleared
    # An empty policy is one that never expires.
    assert not cleared.expiration_policy.ttl and "expiration_policy" in cleared, cleared
    for mask in ([], ["filter"], ["nothing"]):
        refused(
            "INVALID_ARGUMENT", subscriber.update_subscription,
            request={"subscription": made, "update_mask": field_mask_pb2.FieldMask(paths=mask)})
    error = refused(
        "INVALID_ARGUMENT", subscriber.create_subscription,
        request={"name": path + "2", "topic": topic, "ack_deadline_seconds": 5})
    assert error.details[0]["fieldViolations"][0]["field"] == "ackDeadlineSeconds", error.details
    refused(
        "UNIMPLEMENTED", subscriber.create_subscription,
        request={"name": path + "2", "topic": topic, "enable_exactly_once_delivery": True})

    # What is not offered says so; lists of it are empty.
    project = f"projects/{PROJECT}"
    refused("UNIMPLEMENTED", subscriber.create_snapshot, name=f"{project}/snapshots/s", subscription=path)
    assert list(subscriber.list_snapshots(project=project)) == []
    assert list(publisher.list_topic_snapshots(topic=topic)) == []
    schemas = generated.SchemaServiceClient(
        transport="rest", credentials=AnonymousCredentials(), client_options={"api_endpoint": url})
    discovery_check.watch(schemas.transport._session, "pubsub", "v1")
    assert list(schemas.list_schemas(parent=project)) == []
    refused("UNIMPLEMENTED", schemas.get_schema, name=f"{project}/schemas/s")

    # Policies are the project's alone.
    policy = publisher.get_iam_policy(request={"resource": topic})
    assert list(policy.bindings) == []
    publisher.set_iam_policy(request={"resource": topic, "policy": policy})
    policy.bindings.add(role="roles/pubsub.publisher", members=["allUsers"])
    refused("UNIMPLEMENTED", publisher.set_iam_policy, request={"resource": topic, "policy": policy})
    asked = ["pubsub.topics.publish", "pubsub.topics.get"]
    assert list(publisher.test_iam_permissions(request={"resource": topic, "permissions": asked}).permissions) == asked

    publisher.detach_subscription(request={"subscription": path})
    assert subscriber.get_subscription(subscription=path).detached
    subscriber.delete_subscription(subscription=path)
    refused("NOT_FOUND", subscriber.get_subscription, subscription=path)
    for name in (topic, dead):
        publisher.delete_topic(topic=name)


def pull(subscriber, path):
    """What is there, as soon as there is something."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        received = subscriber.pull(subscription=path, max_messages=1000, timeout=300).received_messages
        if received:
            return received
    raise AssertionError(f"nothing came to {path}")


def receive(url):
    """Messages: published in batches, pulled, given back, acknowledged, dead-lettered and sought."""
    publisher, subscriber = clients(url)
    topic, dead = (publisher.topic_path(PROJECT, name) for name in ("posted", "posted-dead"))
    path, graveyard = (subscriber.subscription_path(PROJECT, name) for name in ("posted-pull", "posted-graveyard"))
    publisher.create_topic(name=topic)
    publisher.create_topic(name=dead)
    subscriber.create_subscription(name=graveyard, topic=dead)
    subscriber.create_subscription(
        request={
            "name": path, "topic": topic, "ack_deadline_seconds": 600, "retain_acked_messages": True,
            "dead_letter_policy": {"dead_letter_topic": dead, "max_delivery_attempts": 5},
        })
    begin = datetime.datetime.now(datetime.timezone.utc)

    # The client's own batches, of up to 100 messages or 1 MB of data.
    promises = [publisher.publish(topic, f"message {number}".encode(), number=str(number)) for number in range(250)]
    promises += [publisher.publish(topic, bytes(600_000), number=str(number)) for number in range(250, 255)]
    ids = {promise.result(timeout=300): str(number) for number, promise in enumerate(promises)}
    assert len(ids) == 255
    got = {}
    while len(got) < len(ids):
        received = pull(subscriber, path)
        for message in received:
            assert message.delivery_attempt == 1, message
            got[message.message.message_id] = message.message.attributes["number"]
        subscriber.acknowledge(subscription=path, ack_ids=[message.ack_id for message in received])
    assert got == ids
    # One request with an ordering key, by the client beneath: over REST the one above gives its own batches with one a
    # timeout that is over at once.
    answer = generated.PublisherClient(transport=publisher.transport).publish(
        topic=topic, messages=[{"data": b"\xff\xef", "attributes": {"a": "é"}, "ordering_key": "k"}])
    (message,) = pull(subscriber, path)
    assert message.message.data == b"\xff\xef" and message.message.ordering_key == "k"
    assert [message.message.message_id] == list(answer.message_ids)
    assert begin < message.message.publish_time <= datetime.datetime.now(datetime.timezone.utc)

    # Given back, it comes again; the first receiver's acknowledgement is then too late.
    subscriber.modify_ack_deadline(subscription=path, ack_ids=[message.ack_id], ack_deadline_seconds=0)
    (again,) = pull(subscriber, path)
    assert again.message == message.message and again.delivery_attempt == 2
    subscriber.acknowledge(subscription=path, ack_ids=[message.ack_id])
    subscriber.modify_ack_deadline(subscription=path, ack_ids=[again.ack_id], ack_deadline_seconds=600)
    # Given back too often, it goes to the dead letters.
    for attempt in range(3, 7):
        subscriber.modify_ack_deadline(subscription=path, ack_ids=[again.ack_id], ack_deadline_seconds=0)
        if attempt < 6:
            (again,) = pull(subscriber, path)
            assert again.delivery_attempt == attempt, again
    (buried,) = pull(subscriber, graveyard)
    assert buried.message.data == b"\xff\xef", buried
    assert buried.message.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "5", buried
    subscriber.acknowledge(subscription=graveyard, ack_ids=[buried.ack_id])

    # A seek brings back what was acknowledged, the buried one too, and one to now ends all.
    subscriber.seek(request={"subscription": path, "time": begin})
    count = 0
    while count < 256:
        count += len(pull(subscriber, path))
    assert count == 256
    subscriber.seek(request={"subscription": path, "time": datetime.datetime.now(datetime.timezone.utc)})
    refused(
        "UNIMPLEMENTED", subscriber.seek,
        request={"subscription": path, "snapshot": f"projects/{PROJECT}/snapshots/s"})
    publisher.publish(topic, b"last").result(timeout=300)
    assert [message.message.data for message in pull(subscriber, path)] == [b"last"]
    refused("INVALID_ARGUMENT", subscriber.acknowledge, subscription=path, ack_ids=["nonsense"])
    refused("INVALID_ARGUMENT", subscriber.pull, subscription=path, max_messages=0)
    refused("NOT_FOUND", subscriber.pull, subscription=path + "x", max_messages=1)


def push(url, topic_id, account):
    """Publishes to a topic of its own that is pushed to the storage log with an account's token; gives the id."""
    publisher, subscriber = clients(url)
    topic = publisher.topic_path(PROJECT, topic_id)
    publisher.create_topic(name=topic)
    subscriber.create_subscription(
        request={
            "name": subscriber.subscription_path(PROJECT, topic_id), "topic": topic,
            "push_config": {
                "push_endpoint": "http://storage-logging-service/api/v1/pubsub",
                "oidc_token": {"service_account_email": account},
            },
        })
    promise = publisher.publish(topic, b'{"name":"faulkner.jpg"}', eventType="OBJECT_FINALIZE")
    return promise.result(timeout=300)


def publish_only(url, token):
    """Publishes as who may do nothing else; gives the id."""
    publisher, subscriber = clients(url, Credentials(token))
    topic = publisher.topic_path(PROJECT, "storage-event")
    refused("PERMISSION_DENIED", publisher.get_topic, topic=topic)
    refused("PERMISSION_DENIED", publisher.delete_topic, topic=topic)
    path = subscriber.subscription_path(PROJECT, "push-storage-event")
    refused("PERMISSION_DENIED", subscriber.pull, subscription=path, max_messages=1)
    refused("PERMISSION_DENIED", subscriber.seek, request={"subscription": path, "time": datetime.datetime.now()})
    try:
        clients(url, Credentials(token + "x"))[0].get_topic(topic=topic)
    except RefreshError:
        # Google's library answers a 401 by getting itself another token, for which these credentials have no means.
        pass
    else:
        raise AssertionError("a broken token is not refused")
    return publisher.publish(topic, b'{"name":"faulkner.jpg"}', eventType="OBJECT_FINALIZE").result(timeout=300)


def discovery(url):
    """google-api-python-client, whose client is made of the discovery document."""
    projects = discovery_check.client("pubsub", "v1", url).projects()
    topics, subscriptions = projects.topics(), projects.subscriptions()
    project = f"projects/{PROJECT}"
    topic, path = f"{project}/topics/found", f"{project}/subscriptions/found"
    assert topics.create(name=topic, body={}).execute()["name"] == topic
    assert topics.get(topic=topic).execute()["state"] == "ACTIVE"
    body = {"topic": topic, "labels": {"a": "b"}, "expirationPolicy": {"ttl": "86400s"}}
    try:
        subscriptions.create(name=path, body=body).execute()
    except HttpError as error:
        # Shorter than messages are kept.
        assert error.resp.status == 400 and error.error_details[0]["fieldViolations"][0]["field"] == (
            "expirationPolicy.ttl"), error
    else:
        raise AssertionError("not refused")
    made = subscriptions.create(name=path, body=body | {"messageRetentionDuration": "3600s"}).execute()
    assert made["labels"] == {"a": "b"} and made["expirationPolicy"] == {"ttl": "86400s"}, made
    names, request = [], topics.list(project=project, pageSize=1, fields="topics(name),nextPageToken")
    while request is not None:
        page = request.execute()
        assert len(page["topics"]) == 1 and set(page["topics"][0]) == {"name"}, page
        names.append(page["topics"][0]["name"])
        request = topics.list_next(request, page)
    assert topic in names and names == sorted(names), names
    assert topics.subscriptions().list(topic=topic).execute() == {"subscriptions": [path]}
    body = {"subscription": {"ackDeadlineSeconds": 99}, "updateMask": "ackDeadlineSeconds"}
    assert subscriptions.patch(name=path, body=body).execute()["ackDeadlineSeconds"] == 99

    messages = [{"data": base64.b64encode(bytes([number])).decode()} for number in range(3)]
    ids = topics.publish(topic=topic, body={"messages": messages}).execute()["messageIds"]
    received = subscriptions.pull(subscription=path, body={"maxMessages": 10}).execute()["receivedMessages"]
    assert [one["message"]["messageId"] for one in received] == ids
    assert [one["message"]["data"] for one in received] == [one["data"] for one in messages]
    empty = subscriptions.pull(subscription=path, body={"maxMessages": 1, "returnImmediately": True}).execute()
    assert empty == {}
    acks = {"ackIds": [one["ackId"] for one in received]}
    assert subscriptions.modifyAckDeadline(
        subscription=path, body=acks | {"ackDeadlineSeconds": 60}).execute() == {}
    assert subscriptions.acknowledge(subscription=path, body=acks).execute() == {}
    assert subscriptions.detach(subscription=path).execute() == {}
    assert subscriptions.delete(subscription=path).execute() == {}
    assert topics.delete(topic=topic).execute() == {}
    assert projects.snapshots().list(project=project).execute() == {}
    assert projects.schemas().list(parent=project).execute() == {}
