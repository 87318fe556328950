public import Transfer

/// Where a job's URL leads in truth: the daemon knows its own services' addresses better than the job does.
public typealias JobEndpoint = TransferEndpoint
