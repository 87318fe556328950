"""Google's own library finds credentials on the metadata server, and uses them; argv: the admin's URL.

The metadata server's address is in GCE_METADATA_HOST and GCE_METADATA_IP. Prints `done`.
"""

import os
import sys

import google.auth
import requests
from google.auth import compute_engine, impersonated_credentials
from google.auth.compute_engine import _metadata
from google.auth.transport.requests import AuthorizedSession, Request
from google.cloud import storage
from google.oauth2 import id_token

ADMIN = sys.argv[1]
ACCOUNT = "cloud-run-invoker@my-project.iam.gserviceaccount.com"
OTHER = "judged-account@my-project.iam.gserviceaccount.com"
ROOT = f"http://{os.environ['GCE_METADATA_HOST']}"
FLAVOR = {"Metadata-Flavor": "Google"}


def get(path, **parameters):
    answer = requests.get(f"{ROOT}/computeMetadata/v1/{path}", headers=FLAVOR, params=parameters, timeout=60)
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    assert answer.headers["Metadata-Flavor"] == "Google"
    return answer


# Whoever does not ask as a virtual machine does gets nothing.
for headers in [{}, {"Metadata-Flavor": "google"}, FLAVOR | {"X-Forwarded-For": "192.0.2.1"}]:
    answer = requests.get(f"{ROOT}/computeMetadata/v1/project/project-id", headers=headers, timeout=60)
    assert answer.status_code == 403 and answer.headers["Metadata-Flavor"] == "Google", headers
foreign = FLAVOR | {"Host": "evil.example"}
answer = requests.get(f"{ROOT}/computeMetadata/v1/project/project-id", headers=foreign, timeout=60)
assert answer.status_code == 421
answer = requests.get(f"{ROOT}/computeMetadata/v1/nothing", headers=FLAVOR, timeout=60)
assert answer.status_code == 404 and answer.headers["Metadata-Flavor"] == "Google"

assert get("project/project-id").text == "my-project" and get("project/numeric-project-id").text.isdigit()
assert get("instance/zone").text.startswith("projects/") and get("instance/").text.startswith("attributes/\n")
assert get("instance/service-accounts/").text == f"default/\n{ACCOUNT}/\n"
assert get("instance/service-accounts/default/email").text == ACCOUNT
shown = get("instance/service-accounts/default/", recursive="true").json()
assert shown["email"] == ACCOUNT and shown["aliases"] == ["default"] and set(shown) == {"aliases", "email", "scopes"}
whole = get("", recursive="true").json()
assert whole["project"]["projectId"] == "my-project" and whole["instance"]["serviceAccounts"][ACCOUNT]
assert "project/project-id my-project\n" in get("", recursive="true", alt="text").text
token = get("instance/service-accounts/default/token").json()
assert token["token_type"] == "Bearer" and 0 < token["expires_in"] <= 3600

request = Request()
assert _metadata.is_on_gce(request) and _metadata.get_project_id(request) == "my-project"
credentials, project = google.auth.default()
assert isinstance(credentials, compute_engine.Credentials) and project == "my-project"
claims = id_token.verify_token(
    id_token.fetch_id_token(request, "http://hello.example.org"), request, audience="http://hello.example.org",
    certs_url=f"{sys.argv[2]}/.well-known/jwks.json",
)
assert claims["email"] == ACCOUNT

# The account may read; and act for another one, which may do more.
session = AuthorizedSession(credentials)
assert session.get(f"{ADMIN}/v1/projects/my-project").status_code == 200
assert credentials.service_account_email == ACCOUNT
assert session.post(f"{ADMIN}/storage/v1/b", json={"name": "judged-bucket"}).status_code == 403
acting = impersonated_credentials.Credentials(
    source_credentials=credentials, target_principal=OTHER, target_scopes=["cloud-platform"], lifetime=600,
    iam_endpoint_override=f"{ADMIN}/v1/projects/-/serviceAccounts/{OTHER}:generateAccessToken",
)
client = storage.Client(project="my-project", credentials=acting, client_options={"api_endpoint": ADMIN})
client.create_bucket("judged-bucket").blob("a.txt").upload_from_string("hello")
assert [blob.name for blob in client.list_blobs("judged-bucket")] == ["a.txt"]
stranger = session.post(
    f"{ADMIN}/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken", json={"scope": ["cloud-platform"]}
)
assert stranger.status_code == 403 and stranger.json()["error"]["status"] == "PERMISSION_DENIED"
for body in [{}, {"scope": []}, {"scope": ["x"], "lifetime": "2h"}, {"scope": ["x"], "lifetime": "4000s"}]:
    answer = session.post(f"{ADMIN}/v1/projects/-/serviceAccounts/{OTHER}:generateAccessToken", json=body)
    assert answer.status_code == 400, (body, answer.text)
answer = session.post(f"{ADMIN}/v1/projects/-/serviceAccounts/{OTHER}:generateIdToken", json={"audience": "http://x"})
claims = id_token.verify_token(
    answer.json()["token"], request, audience="http://x", certs_url=f"{sys.argv[2]}/.well-known/jwks.json"
)
assert claims["email"] == OTHER
print("done")
