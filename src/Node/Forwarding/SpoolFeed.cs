using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Spooling;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Forwarding;

/// <summary>
/// Feeds the streams of a connection from memory and spool, and takes the gateway's answers to them. Owned by the forwarder,
/// and called by nobody else; what a method returns as fault ends the connection.
/// </summary>
/// <param name="setup">What the forwarder has.</param>
/// <param name="log">Its log.</param>
/// <param name="forwarder">Who gets <see cref="RowsRead"/> and <see cref="BlockKept"/>.</param>
internal sealed class SpoolFeed(ForwarderSetup setup, ILoggingAdapter log, IActorRef forwarder)
{
    private readonly OriginStreams _streams = new();
    private readonly UndeliverableBlocks _undeliverable = new(setup.Rejected, setup.Ledger, log);
    private readonly SpoolReader _reader = new(setup.Database, setup.Rejected);
    private IActorRef _spool = ActorRefs.Nobody;
    private FrameLink? _link;

    /// <summary>The journal that called stored what is; empty before the first welcome.</summary>
    public string Journal => _streams.Journal;

    /// <summary>Everything that there is stands in a journal.</summary>
    public bool IsStored => _streams.IsStored;

    /// <summary>An origin that an earlier run has left.</summary>
    public void OnLeft(OriginLeft left) => Add(left.Origin, left.First - 1, left.Last, true);

    /// <summary>An origin that begins, and the spool that is told what of all origins is settled.</summary>
    public void OnStarted(OriginStarted started, IActorRef spool)
    {
        _spool = spool;
        Add(started.Origin, 0, 0, false);
    }

    /// <summary>Blocks that became durable.</summary>
    public void OnSpooled(BlocksSpooled spooled)
    {
        _streams.Find(spooled.Origin)?.Offer(spooled.First, spooled.Blocks, _undeliverable.BookFor(spooled.Origin));
        Pump();
    }

    /// <summary>A run has ended.</summary>
    public void OnClosed(OriginClosed closed)
    {
        _streams.Close(closed.Origin, closed.Last);
        Open();
    }

    /// <summary>Greeting -> Streaming.</summary>
    public void Begin(FrameLink link, DeliveryFrame.Welcome welcome)
    {
        if (_streams.RewindForJournal(welcome.JournalId, welcome.Timeline))
        {
            log.Warning("the aggregator's journal is now {0}/{1}: sending again what is not settled", welcome.JournalId, welcome.Timeline);
        }

        _link = link;
    }

    /// <summary>Streaming -> Disconnected.</summary>
    public void End()
    {
        _link = null;
        _streams.EndAll();
    }

    /// <summary>Opens the streams that are due, and sends.</summary>
    public void Open()
    {
        if (_link is not null)
        {
            _streams.Open(_link.Send);
            Pump();
        }
    }

    /// <summary>What a read of the spool brought.</summary>
    public string? OnRows(RowsRead read)
    {
        var origin = read.Origin;
        origin.IsReading = false;
        if (read.Error is not null)
        {
            setup.Database.Note(read.Error);
            return $"the spool cannot be read: {read.Error.Message}";
        }

        // A read that was begun before the stream went back to an earlier number says nothing of that number.
        if (read.After == origin.End - 1)
        {
            foreach (var (from, damaged, through) in origin.Take(read.Rows, read.Durable, _undeliverable.BookFor(origin.Origin)))
            {
                _undeliverable.OnHole(origin.Origin, from, damaged, through);
            }
        }

        Open();
        return null;
    }

    /// <summary>Something is stored, or settled.</summary>
    public string? OnAck(DeliveryFrame.Ack ack)
    {
        if (!_streams.TryGet(ack.Stream, out var origin))
        {
            return null;
        }

        CrashPoint.Pass("edge.ack-before-mark");
        var settled = origin.Window.Settled;
        if (origin.OnAck(ack.Stored, ack.Settled, out var records) == AckOutcome.BeyondSent)
        {
            return $"{_link!.Peer} acknowledges what was not sent (stream {ack.Stream}, {ack.Stored})";
        }

        setup.Ledger.Add(LedgerAccount.Stored, records);
        if (origin.Window.Settled > settled)
        {
            _spool.Tell(new OriginSettled(origin.Origin, origin.Window.Settled, origin.TakeRefused()));
        }

        _streams.RemoveIfDone(ack.Stream, origin);
        Open();
        return null;
    }

    /// <summary>A stream is to be opened anew, after a while; false when it is none.</summary>
    public bool OnRewind(DeliveryFrame.Rewind rewind)
    {
        if (!_streams.TryGet(rewind.Stream, out _))
        {
            return false;
        }

        log.Debug("stream {0} rewinds: {1}", rewind.Stream, rewind.Reason);
        _streams.End(rewind.Stream);
        return true;
    }

    /// <summary>One stream less: the block goes aside durably, and only then is its number skipped.</summary>
    public string? OnBlockRefused(DeliveryFrame.BlockRefused refused)
    {
        if (!_streams.TryGet(refused.Stream, out var origin))
        {
            return null;
        }

        if (origin.FindSent(refused.N) is not { } block)
        {
            return $"{_link!.Peer} refuses what was not sent (stream {refused.Stream}, {refused.N})";
        }

        _streams.End(refused.Stream);
        origin.IsHeld = true;
        Task.Run(() => setup.Rejected.Keep(origin.Origin, refused.N, block)).PipeTo(
            forwarder,
            success: kept => new BlockKept(origin, refused, block, kept),
            failure: e => new BlockKept(origin, refused, block, new(false, $"not kept: {e.Message}")));
        return null;
    }

    /// <summary>A refused block is aside, or cannot be.</summary>
    public void OnBlockKept(BlockKept aside)
    {
        _undeliverable.OnRefused(aside.Origin, aside.Refused.N, aside.Refused.Reason, aside.Block, aside.Kept);
        aside.Origin.IsHeld = false;
        Open();
    }

    private void Add(string origin, long floor, long last, bool isClosed)
    {
        _streams.Add(new OriginQueue(origin, floor, last, isClosed, setup.Settings.WindowBytes));
        Open();
    }

    private void Pump()
    {
        if (_link is null)
        {
            return;
        }

        _streams.Pump(_link.Send);
        if (_streams.Unread is { } origin)
        {
            origin.IsReading = true;
            var (after, durable) = (origin.End - 1, origin.Last);
            Task.Run(() => _reader.Read(origin.Origin, after, setup.Settings.WindowBytes)).PipeTo(
                forwarder,
                success: rows => new RowsRead(origin, after, durable, rows, null),
                failure: e => new RowsRead(origin, after, durable, [], e));
        }
    }

    /// <summary>To the forwarder: what the spool holds behind a number, or why it cannot be read.</summary>
    internal sealed record RowsRead(
        OriginQueue Origin, long After, long Durable, IReadOnlyList<SpoolReader.Row> Rows, Exception? Error);

    /// <summary>To the forwarder: what became of a block that was to be set aside.</summary>
    internal sealed record BlockKept(
        OriginQueue Origin, DeliveryFrame.BlockRefused Refused, byte[] Block, RejectedBlocks.Kept Kept);
}
