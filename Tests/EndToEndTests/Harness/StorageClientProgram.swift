/// What the cloud's own Python clients are asked to do: every method of theirs that Trivet offers, on a daemon whose URL
/// is the argument. It prints `done`, or ends with an error that says what was not as it should be.
enum StorageClientProgram {
    static let text = #"""
        import io, json, os, sys
        url = sys.argv[1]
        os.environ["STORAGE_EMULATOR_HOST"] = url
        os.environ["no_proxy"] = "*"
        from google.api_core import exceptions
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import storage

        client = storage.Client(project="my-project", credentials=AnonymousCredentials())

        def refused(error, call):
            try:
                call()
            except error:
                return
            raise AssertionError(f"not refused with {error.__name__}")

        # Buckets.
        bucket = client.create_bucket("judged-bucket", location="eu")
        assert [b.name for b in client.list_buckets(prefix="judged")] == ["judged-bucket"]
        assert client.lookup_bucket("no-such-bucket") is None and bucket.location == "EU"
        refused(exceptions.Conflict, lambda: client.create_bucket("judged-bucket"))
        refused(exceptions.BadRequest, lambda: client.create_bucket("No Bucket"))
        bucket.labels = {"a": "b"}
        bucket.patch()
        assert client.get_bucket("judged-bucket").labels == {"a": "b"}

        # Objects: multipart uploads, names and metadata of any kind, ranges.
        name = "dir/hällo wörld ?#%+&.txt"
        blob = bucket.blob(name)
        blob.metadata = {"k": "v", "é": "ü"}
        blob.upload_from_string("hello", content_type="text/plain")
        assert blob.size == 5 and blob.generation and blob.md5_hash == "XUFAKrxLKna5cZ2REBfFkg=="
        got = bucket.get_blob(name)
        assert got.metadata == {"k": "v", "é": "ü"} and got.content_type == "text/plain"
        assert got.download_as_bytes() == b"hello" and got.download_as_bytes(start=1, end=3) == b"ell"
        assert got.time_created is not None and got.updated is not None
        refused(exceptions.NotFound, lambda: bucket.blob("no").download_as_bytes())
        assert bucket.get_blob("no") is None and not bucket.blob("no").exists()

        # Preconditions and changes of metadata.
        refused(exceptions.PreconditionFailed, lambda: blob.upload_from_string("x", if_generation_match=0))
        blob.upload_from_string("world", if_generation_match=blob.generation)
        assert blob.download_as_text() == "world"
        blob.metadata = {"k": "w"}
        blob.cache_control = "no-store"
        blob.patch()
        blob.reload()
        assert blob.metageneration == 2 and blob.cache_control == "no-store" and blob.metadata["k"] == "w"
        refused(exceptions.PreconditionFailed, lambda: blob.patch(if_metageneration_match=1))

        # Resumable uploads, with and without a known size; chunked downloads.
        data = os.urandom(3 * 1024 * 1024 + 12345)
        big = bucket.blob("big.bin", chunk_size=512 * 1024)
        big.upload_from_file(io.BytesIO(data), size=len(data))
        assert big.size == len(data) and bucket.blob("big.bin").download_as_bytes() == data
        into = io.BytesIO()
        bucket.blob("big.bin", chunk_size=1024 * 1024).download_to_file(into)
        assert into.getvalue() == data
        with bucket.blob("written").open("wb", chunk_size=256 * 1024) as writer:
            writer.write(data[:1000000])
        with bucket.blob("written").open("rb") as reader:
            assert reader.read() == data[:1000000]
        bucket.blob("empty").upload_from_string("")
        assert bucket.blob("empty").download_as_bytes() == b""

        # Listing.
        for number in range(25):
            bucket.blob(f"l/{number % 5}/x{number}").upload_from_string("x")
        found = client.list_blobs(bucket, prefix="l/", delimiter="/")
        assert list(found) == [] and sorted(found.prefixes) == [f"l/{n}/" for n in range(5)]
        assert len(list(client.list_blobs(bucket, prefix="l/", page_size=7))) == 25
        some = client.list_blobs(bucket, prefix="l/", fields="items(name),nextPageToken", max_results=3)
        assert [b.name for b in some] == ["l/0/x0", "l/0/x10", "l/0/x15"]

        # Objects made of objects.
        copy = bucket.copy_blob(big, bucket, "copy.bin")
        assert copy.md5_hash == big.md5_hash
        rewritten = bucket.blob("rewritten")
        assert rewritten.rewrite(big)[0] is None and rewritten.download_as_bytes() == data
        composed = bucket.blob("composed")
        composed.compose([bucket.blob("l/0/x0"), blob])
        assert composed.download_as_bytes() == b"xworld" and composed.component_count == 2
        assert bucket.rename_blob(bucket.blob("l/1/x1"), "renamed").name == "renamed"
        bucket.move_blob(bucket.blob("renamed"), "moved")
        assert bucket.get_blob("renamed") is None and bucket.get_blob("moved").size == 1
        copy.update_storage_class("NEARLINE")
        assert bucket.get_blob("copy.bin").storage_class == "NEARLINE"

        # What is not offered is refused, rather than done in part.
        keyed = bucket.blob("keyed", encryption_key=b"k" * 32)
        refused(exceptions.MethodNotImplemented, lambda: keyed.upload_from_string("x"))
        refused(exceptions.MethodNotImplemented, lambda: keyed.rewrite(big))
        copy.temporary_hold = True
        refused(exceptions.MethodNotImplemented, copy.patch)
        assert bucket.get_blob("keyed") is None and bucket.get_blob("copy.bin").temporary_hold is None

        # Notifications.
        wish = bucket.notification(
            topic_name="storage-event", event_types=["OBJECT_DELETE"], custom_attributes={"a": "b"},
            blob_name_prefix="l/", payload_format="NONE")
        wish.create()
        told = bucket.get_notification(wish.notification_id)
        assert told.event_types == ["OBJECT_DELETE"] and told.custom_attributes == {"a": "b"}
        assert told.blob_name_prefix == "l/" and told.payload_format == "NONE"
        listed = [(n.notification_id, n.topic_name, n.topic_project) for n in bucket.list_notifications()]
        assert listed == [(wish.notification_id, "storage-event", "my-project")]
        wish.delete()
        refused(exceptions.NotFound, wish.delete)
        nowhere = bucket.notification(topic_name="no-such-topic", payload_format="NONE")
        refused(exceptions.BadRequest, nowhere.create)

        # What stands around.
        assert list(bucket.list_notifications()) == [] and "@" in client.get_service_account_email()
        assert bucket.test_iam_permissions(["storage.objects.get"]) == ["storage.objects.get"]

        # The client that is made of the discovery document.
        import googleapiclient.discovery as discovery
        from googleapiclient.http import MediaIoBaseUpload
        path = os.path.join(os.path.dirname(discovery.__file__), "discovery_cache/documents/storage.v1.json")
        document = json.load(open(path))
        document["rootUrl"] = url + "/"
        document["baseUrl"] = url + "/storage/v1/"
        service = discovery.build_from_document(document, credentials=AnonymousCredentials())
        body = MediaIoBaseUpload(io.BytesIO(b"multi\npart"), "text/plain")
        made = service.objects().insert(bucket="judged-bucket", body={"name": "m.txt"}, media_body=body).execute()
        assert made["size"] == "10" and made["contentType"] == "text/plain"
        body = MediaIoBaseUpload(io.BytesIO(data), "x/y", chunksize=1024 * 1024, resumable=True)
        request = service.objects().insert(bucket="judged-bucket", name="r.bin", media_body=body)
        made = None
        while made is None:
            made = request.next_chunk()[1]
        assert made["size"] == str(len(data))
        assert service.objects().get_media(bucket="judged-bucket", object="m.txt").execute() == b"multi\npart"

        refused(exceptions.Conflict, lambda: bucket.delete())
        for blob in client.list_blobs(bucket):
            blob.delete()
        bucket.delete()
        print("done")
        """#
}
