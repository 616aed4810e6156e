using ActorLog.Node.Storage;
using ActorLog.Protocol.Batches;
using Akka.Actor;
using Akka.Persistence;

namespace ActorLog.Node.Spooling;

/// <summary>
/// One run of the spool's writer: a persistent actor whose persistence id is the origin. It never recovers anything, since
/// each run has a name of its own; a persist that fails ends it, and the spool finds out what was stored.
/// </summary>
internal sealed class SpoolWriterActor : ReceivePersistentActor
{
    private readonly SpoolDatabase _database;
    private long _records;

    /// <summary>See <see cref="Props"/>.</summary>
    public SpoolWriterActor(string origin, SpoolDatabase database)
    {
        _database = database;
        PersistenceId = origin;
        JournalPluginId = PersistencePlugins.SpoolJournal;
        SnapshotPluginId = "akka.persistence.no-snapshot-store";
        Command<Write>(OnWrite);
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <inheritdoc/>
    public override Recovery Recovery => Recovery.None;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(string origin, SpoolDatabase database) =>
        Akka.Actor.Props.Create(() => new SpoolWriterActor(origin, database));

    // A rejection is no more stored than a failure, and would leave a hole in the run.
    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistRejected(cause, @event, sequenceNr);
        Context.Stop(Self);
    }

    // The spool says it, once, and what to do; Akka would say it at every try.
    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _database.Note(cause);
        Context.Parent.Tell(new WriteFailed(cause));
    }

    private void OnWrite(Write write)
    {
        var events = new SpooledBlock[write.Blocks.Count];
        for (var i = 0; i < events.Length; i++)
        {
            var block = write.Blocks[i];
            BlockFormat.StampOrdinal(block, _records);
            _records += BlockHeader.TryRead(block, out var header, out _) ? header.Records : 0;
            events[i] = new SpooledBlock(block);
        }

        var left = events.Length;
        PersistAllAsync(events, _ =>
        {
            if (--left == 0)
            {
                Context.Parent.Tell(new Written(LastSequenceNr));
            }
        });
    }

    /// <summary>Make these blocks durable.</summary>
    internal sealed record Write(IReadOnlyList<byte[]> Blocks);

    /// <summary>The database refused; the writer ends.</summary>
    internal sealed record WriteFailed(Exception Cause);

    /// <summary>The oldest write is durable, up to this number.</summary>
    internal sealed record Written(long Last);
}
