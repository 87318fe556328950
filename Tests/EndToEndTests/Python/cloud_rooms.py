"""Google's clients of IAM, Cloud Run, Resource Manager, Service Usage and App Engine against the daemon at argv[1].

Each answer is held against its discovery document. Prints `done`, or ends with an error that says what is not right.
"""

import sys

from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import run_v2
from google.iam.v1 import iam_policy_pb2, policy_pb2
from googleapiclient.errors import HttpError

import discovery_check

URL = sys.argv[1]
PROJECT = "my-project"
SERVICES = ["hello-world-service", "message-board-service", "storage-logging-service"]


def refused(status, call):
    try:
        call()
    except HttpError as error:
        assert error.resp.status == status, error
        return
    raise AssertionError(f"not refused with {status}")


def raised(error, call):
    try:
        call()
    except error:
        return
    raise AssertionError(f"not refused with {error.__name__}")


def pages(resource, name, request):
    """All elements of a list, page by page."""
    found = []
    while request is not None:
        answer = request.execute()
        assert len(answer.get(name, [])) <= 2
        found += answer.get(name, [])
        request = resource.list_next(request, answer)
    return found


def accounts():
    iam = discovery_check.client("iam", "v1", URL)
    api = iam.projects().serviceAccounts()
    parent = f"projects/{PROJECT}"
    for number in range(4):
        body = {"accountId": f"judged-{number}", "serviceAccount": {"displayName": f"Judged {number}"}}
        made = api.create(name=parent, body=body).execute()
        assert made["email"] == f"judged-{number}@{PROJECT}.iam.gserviceaccount.com"
        assert made["displayName"] == f"Judged {number}" and made["uniqueId"].isdigit()
    refused(409, lambda: api.create(name=parent, body={"accountId": "judged-0"}).execute())
    refused(400, lambda: api.create(name=parent, body={"accountId": "No"}).execute())
    refused(400, lambda: api.create(name=parent, body={}).execute())
    refused(404, lambda: api.create(name="projects/other", body={"accountId": "judged-9"}).execute())

    found = pages(api, "accounts", api.list(name=parent, pageSize=2))
    emails = [account["email"] for account in found]
    assert len(set(emails)) == len(emails) == 5, emails
    refused(400, lambda: api.list(name=parent, pageToken="!").execute())

    email = f"judged-1@{PROJECT}.iam.gserviceaccount.com"
    name = f"{parent}/serviceAccounts/{email}"
    one = api.get(name=name).execute()
    assert one == api.get(name=f"projects/-/serviceAccounts/{email}").execute()
    assert one == api.get(name=f"projects/-/serviceAccounts/{one['uniqueId']}").execute()
    assert list(api.get(name=name, fields="email").execute()) == ["email"]
    refused(404, lambda: api.get(name=f"{parent}/serviceAccounts/no@body").execute())

    wish = {"serviceAccount": {"displayName": "Ada", "description": "counts"}, "updateMask": "displayName"}
    changed = api.patch(name=name, body=wish).execute()
    assert changed["displayName"] == "Ada" and "description" not in changed
    wish["updateMask"] = "description"
    assert api.patch(name=name, body=wish).execute()["description"] == "counts"
    refused(400, lambda: api.patch(name=name, body=wish | {"updateMask": "email"}).execute())
    changed = api.update(name=name, body={"displayName": "Bob"}).execute()
    assert changed["displayName"] == "Bob" and "description" not in changed

    keys = api.keys().list(name=name).execute()["keys"]
    assert keys and all(key["keyType"] == "SYSTEM_MANAGED" for key in keys)
    assert api.keys().list(name=name, keyTypes=["USER_MANAGED"]).execute() == {}

    policy = api.getIamPolicy(resource=name).execute()
    assert "bindings" not in policy
    creator = "roles/iam.serviceAccountTokenCreator"
    policy["bindings"] = [{"role": creator, "members": ["user:ann@example.org"]}]
    written = api.setIamPolicy(resource=name, body={"policy": policy}).execute()
    assert written["bindings"] == policy["bindings"] and written["etag"] != policy["etag"]
    refused(409, lambda: api.setIamPolicy(resource=name, body={"policy": policy}).execute())
    policy["bindings"][0]["role"] = "roles/viewer"
    refused(400, lambda: api.setIamPolicy(resource=name, body={"policy": policy | {"etag": ""}}).execute())
    asked = {"permissions": ["iam.serviceAccounts.get", "iam.serviceAccounts.actAs"]}
    # Without a name nobody acts for an account.
    assert api.testIamPermissions(resource=name, body=asked).execute() == {"permissions": asked["permissions"][:1]}
    refused(400, lambda: api.testIamPermissions(resource=name, body={"permissions": ["everything"]}).execute())

    api.delete(name=name).execute()
    refused(404, lambda: api.get(name=name).execute())
    api.create(name=parent, body={"accountId": "judged-1"}).execute()
    assert "bindings" not in api.getIamPolicy(resource=name).execute()

    roles = iam.roles()
    assert "roles/run.invoker" in [role["name"] for role in pages(roles, "roles", roles.list(pageSize=2))]
    assert roles.get(name="roles/run.invoker").execute()["title"] == "Cloud Run Invoker"
    refused(404, lambda: roles.get(name="roles/nothing").execute())

    credentials = discovery_check.client("iamcredentials", "v1", URL).projects().serviceAccounts()
    for call in [
        credentials.generateAccessToken(name=f"projects/-/serviceAccounts/{email}", body={"scope": ["x"]}),
        credentials.generateIdToken(name=f"projects/-/serviceAccounts/{email}", body={"audience": "http://x"}),
    ]:
        refused(403, call.execute)


def services():
    client = run_v2.ServicesClient(
        transport="rest", credentials=AnonymousCredentials(), client_options={"api_endpoint": URL}
    )
    asked = discovery_check.watch(client.transport._session, "run", "v2")
    parent = f"projects/{PROJECT}/locations/-"
    found = list(client.list_services(request={"parent": parent, "page_size": 2}))
    assert [service.name.split("/")[-1] for service in found] == SERVICES
    name = f"projects/{PROJECT}/locations/us-central1/services/hello-world-service"
    service = client.get_service(name=name)
    assert service.name == name and service.uri.startswith("http://127.0.0.1:")
    assert service.terminal_condition.state == run_v2.Condition.State.CONDITION_SUCCEEDED
    raised(exceptions.NotFound, lambda: client.get_service(name=f"{parent}/services/nothing"))

    policy = client.get_iam_policy(iam_policy_pb2.GetIamPolicyRequest(resource=name))
    invoker = f"serviceAccount:cloud-run-invoker@{PROJECT}.iam.gserviceaccount.com"
    assert [(b.role, list(b.members)) for b in policy.bindings] == [("roles/run.invoker", [invoker])]
    policy.bindings.append(policy_pb2.Binding(role="roles/run.invoker", members=["allUsers"]))
    request = iam_policy_pb2.SetIamPolicyRequest(resource=name, policy=policy)
    written = client.set_iam_policy(request)
    assert sorted(written.bindings[0].members) == ["allUsers", invoker]
    raised(exceptions.Conflict, lambda: client.set_iam_policy(request))
    wrong = policy_pb2.Policy(bindings=[policy_pb2.Binding(role="roles/admin", members=["user:a@b.c"])])
    request = iam_policy_pb2.SetIamPolicyRequest(resource=name, policy=wrong)
    raised(exceptions.BadRequest, lambda: client.set_iam_policy(request))
    granted = client.test_iam_permissions(
        iam_policy_pb2.TestIamPermissionsRequest(resource=name, permissions=["run.routes.invoke"])
    )
    assert list(granted.permissions) == ["run.routes.invoke"]
    assert set(asked) == {
        f"run.projects.locations.services.{verb}"
        for verb in ["get", "list", "getIamPolicy", "setIamPolicy", "testIamPermissions"]
    }

    second = discovery_check.client("run", "v2", URL).projects().locations().services()
    assert len(pages(second, "services", second.list(parent=parent, pageSize=2))) == 3
    first = discovery_check.client("run", "v1", URL)
    in_location = first.projects().locations().services()
    listed = in_location.list(parent=parent).execute()
    assert [item["metadata"]["name"] for item in listed["items"]] == SERVICES
    knative = first.namespaces().services()
    listed = knative.list(parent=f"namespaces/{PROJECT}", limit=2).execute()
    assert len(listed["items"]) == 2
    behind = {"continue": listed["metadata"]["continue"]}
    more = knative.list(parent=f"namespaces/{PROJECT}", limit=2, **behind).execute()
    assert [item["metadata"]["name"] for item in more["items"]] == SERVICES[2:] and "continue" not in more["metadata"]
    one = knative.get(name=f"namespaces/{PROJECT}/services/hello-world-service").execute()
    assert one["status"]["url"] == service.uri and one["status"]["conditions"][0]["status"] == "True"
    assert in_location.getIamPolicy(resource=name).execute()["bindings"][0]["role"] == "roles/run.invoker"
    refused(404, lambda: in_location.get(name=f"{parent}/services/nothing").execute())


def project():
    first = discovery_check.client("cloudresourcemanager", "v1", URL).projects()
    one = first.get(projectId=PROJECT).execute()
    assert one["projectId"] == PROJECT and one["lifecycleState"] == "ACTIVE"
    assert first.get(projectId=one["projectNumber"]).execute() == one
    assert first.list(filter=f"id:{PROJECT[:3]}* lifecycleState:ACTIVE").execute()["projects"] == [one]
    assert first.list(filter="id:other").execute() == {}
    refused(400, lambda: first.list(filter="colour:red").execute())
    refused(404, lambda: first.get(projectId="other").execute())
    third = discovery_check.client("cloudresourcemanager", "v3", URL).projects()
    found = third.search(query="state:ACTIVE").execute()["projects"]
    assert found == [third.get(name=f"projects/{PROJECT}").execute()]
    assert found[0]["name"] == f"projects/{one['projectNumber']}"

    policy = first.getIamPolicy(resource=PROJECT, body={"options": {"requestedPolicyVersion": 3}}).execute()
    assert policy == third.getIamPolicy(resource=f"projects/{PROJECT}", body={}).execute()
    assert [binding["role"] for binding in policy["bindings"]] == ["roles/admin"]
    policy["bindings"].append({"role": "roles/viewer", "members": ["user:ann@example.org"]})
    written = first.setIamPolicy(resource=PROJECT, body={"policy": policy | {"version": 3}}).execute()
    assert written["bindings"] == policy["bindings"]
    refused(409, lambda: first.setIamPolicy(resource=PROJECT, body={"policy": policy}).execute())
    for members, role in [(["group:g@example.org"], "roles/viewer"), (["user:a@b.c"], "roles/nothing")]:
        wish = {"policy": {"bindings": [{"role": role, "members": members}]}}
        refused(400, lambda: first.setIamPolicy(resource=PROJECT, body=wish).execute())
    condition = {"title": "t", "expression": "true"}
    wish = {"policy": {"bindings": [{"role": "roles/viewer", "members": ["user:a@b.c"], "condition": condition}]}}
    refused(501, lambda: first.setIamPolicy(resource=PROJECT, body=wish).execute())
    assert first.getIamPolicy(resource=PROJECT, body={}).execute() == written
    names = ["pubsub.topics.publish", "resourcemanager.projects.get", "iam.serviceAccounts.getAccessToken"]
    granted = first.testIamPermissions(resource=PROJECT, body={"permissions": names}).execute()
    assert granted["permissions"] == names[:2]

    usage = discovery_check.client("serviceusage", "v1", URL).services()
    parent = f"projects/{PROJECT}"
    apis = pages(usage, "services", usage.list(parent=parent, pageSize=2, filter="state:ENABLED"))
    assert "run.googleapis.com" in [api["config"]["name"] for api in apis]
    assert usage.list(parent=parent, filter="state:DISABLED").execute() == {}
    name = f"{parent}/services/run.googleapis.com"
    assert usage.get(name=name).execute() in apis
    assert usage.batchGet(parent=parent, names=[name]).execute()["services"][0]["state"] == "ENABLED"
    done = usage.enable(name=name, body={}).execute()
    assert done["done"] and done["response"]["service"]["state"] == "ENABLED"
    body = {"serviceIds": ["pubsub.googleapis.com", "storage.googleapis.com"]}
    assert len(usage.batchEnable(parent=parent, body=body).execute()["response"]["services"]) == 2
    refused(404, lambda: usage.enable(name=f"{parent}/services/compute.googleapis.com", body={}).execute())
    refused(501, lambda: usage.disable(name=name, body={}).execute())
    operations = discovery_check.client("serviceusage", "v1", URL).operations()
    assert operations.get(name=done["name"]).execute()["done"]
    refused(404, lambda: operations.get(name="operations/nothing").execute())

    apps = discovery_check.client("appengine", "v1", URL).apps()
    app = apps.get(appsId=PROJECT).execute()
    locations = apps.locations().list(appsId=PROJECT).execute()["locations"]
    assert [location["locationId"] for location in locations] == [app["locationId"]]
    refused(404, lambda: apps.get(appsId="other").execute())


accounts()
services()
project()
print("done")
