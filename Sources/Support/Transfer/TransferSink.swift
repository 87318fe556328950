/// What takes an answer as the loop's thread receives it. Every method is called on that thread, in the order head,
/// body…, finish; `finish` exactly once, whatever happens.
protocol TransferSink: AnyObject, Sendable {
    /// The final answer's status and headers.
    func head(status: Int, headers: [TransferHeader])
    /// A piece of the body; false refuses it for now and pauses the transfer, and the same piece comes again later.
    func body(_ bytes: UnsafeRawBufferPointer) -> Bool
    /// The end.
    func finish(_ result: Result<TransferTiming, TransferError>)
}
