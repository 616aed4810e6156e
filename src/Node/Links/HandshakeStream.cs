namespace ActorLog.Node.Links;

/// <summary>
/// A connection during its handshake: it has one of the turns while it computes, and gives it back while it waits for its peer.
/// So peers that are slow, or silent in the middle of it, hold up no other.
/// </summary>
/// <param name="ownedTransport">The connection.</param>
/// <param name="turns">The turns.</param>
internal sealed class HandshakeStream(Stream ownedTransport, HandshakeTurns turns) : Stream
{
    private bool _hasBegun;
    private bool _hasTurn;
    private bool _isOver;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The handshake is over, well or not: from now on reads and writes go through.</summary>
    public void EndHandshake()
    {
        _isOver = true;
        GiveTurnBack();
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _isOver ? ownedTransport.ReadAsync(buffer, cancellationToken) : ReadInTurnAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        // What a handshake writes fits into any socket's buffer: there is nothing to wait for.
        ownedTransport.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ownedTransport.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => ownedTransport.Write(buffer, offset, count);

    /// <inheritdoc/>
    public override void Flush() => ownedTransport.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => ownedTransport.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ownedTransport.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadInTurnAsync(Memory<byte> buffer, CancellationToken stop)
    {
        GiveTurnBack();
        var read = await ownedTransport.ReadAsync(buffer, stop);
        await turns.TakeAsync(_hasBegun, stop);
        _hasTurn = _hasBegun = true;
        return read;
    }

    private void GiveTurnBack()
    {
        if (_hasTurn)
        {
            _hasTurn = false;
            turns.Give();
        }
    }
}
