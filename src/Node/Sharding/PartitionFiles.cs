using System.Globalization;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Sharding;

/// <summary>
/// A partition's file actors, one for each path that has a segment, and what it knows of each. Used by the partition's thread only.
/// </summary>
internal sealed class PartitionFiles(int partition, PartitionSetup setup, IUntypedActorContext context) : IDisposable
{
    private static readonly TimeSpan RestAfter = TimeSpan.FromMinutes(10);

    private readonly ILoggingAdapter _log = context.GetLogger();
    private readonly Dictionary<string, PathFile> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<IActorRef, PathFile> _byActor = [];
    private readonly Dictionary<long, PathFile> _byNumber = [];
    private readonly List<long> _retired = [];
    private readonly List<(long FileNumber, CommittedFile Content)> _closed = [];
    private readonly ByteBudget.Share _unwritten = setup.Unwritten.Open();
    private long _nextNumber;
    private int _resuming;
    private int _started;
    private bool _hasOverflowed;

    /// <summary>Whether lines may be passed on: not too many of this node wait for the disk.</summary>
    public bool HasRoom => _unwritten.HasRoom;

    /// <summary>Whether all files of the plan are where the journal says.</summary>
    public bool IsResumed => _resuming == 0;

    /// <summary>Starts what a recovery plan asks for: renames and active files alike go to their path's actor.</summary>
    public void Resume(RecoveryPlan plan, PartitionState state)
    {
        _nextNumber = state.Files.NextNumber;
        foreach (var entry in plan.Renames.Concat(plan.Files))
        {
            var file = Of(entry.Opened.Path);
            _byNumber[entry.Opened.FileNumber] = file;
            _resuming++;
            file.Tell(new ResumeSegment(entry), context.Self);
        }
    }

    /// <summary>A file of the plan was dealt with.</summary>
    public void OnResumed(SegmentResumed resumed, IActorRef actor)
    {
        _resuming--;
        OnAnswered(actor);
        if (!resumed.IsActive)
        {
            _retired.Add(resumed.FileNumber);
            // A path's active file comes behind its renames.
            ForgetWhenIdle(actor);
        }
        else if (resumed.Closed is { } content)
        {
            _closed.Add((resumed.FileNumber, content));
        }
    }

    /// <summary>
    /// The intents to seal what this node had written before another one owned the partition: lines that come now come behind
    /// that one's. They wait until it is done.
    /// </summary>
    public IReadOnlyList<FileCommit> SealClosed(PartitionState state, DateTimeOffset now)
    {
        var seals = _closed.Select(closed => new FileCommit(
            closed.FileNumber, closed.Content.Length, closed.Content.TailChecksum!.Value,
            SealedNames.Of(state.Files.Find(closed.FileNumber)!, now, state.LastSequenceNr + 1))).ToArray();
        _closed.Clear();
        return seals;
    }

    /// <summary>Lines of a block come.</summary>
    public void Begin(BlockLines block) => _unwritten.Set(_unwritten.Bytes + block.Bytes);

    /// <summary>Passes lines on. That they stand in the file is not answered: a capture behind them is.</summary>
    public void Append(string path, AppendLines lines, int count)
    {
        var file = Within(path, count);
        file.IsDirty = true;
        file.WrittenAt = setup.Time.GetTimestamp();
        file.IsResting = false;
        file.Actor.Tell(lines, context.Self);
    }

    /// <summary>Has files rest that have been silent for long. One look for all: a timer for each would be set anew by every line.</summary>
    public void RestSilent()
    {
        foreach (var file in _byPath.Values)
        {
            // What is not dirty was synced by a capture that is ahead of this in its mailbox.
            if (!file.IsResting && !file.IsDirty && setup.Time.GetElapsedTime(file.WrittenAt) >= RestAfter)
            {
                file.IsResting = true;
                file.Actor.Tell(RestSegment.Instance);
            }
        }
    }

    /// <summary>All lines of a block stand in their files.</summary>
    public void OnAppended(BlockLines block) => _unwritten.Set(_unwritten.Bytes - block.Bytes);

    /// <summary>A file has said its length, or that it has no segment: one that was sealed while this was on its way.</summary>
    public void OnCaptured(SegmentCaptured captured, IActorRef actor)
    {
        OnAnswered(actor);
        if (captured.Commit is null)
        {
            ForgetWhenIdle(actor);
        }
    }

    /// <summary>Gives a number to a file that is about to be opened.</summary>
    public void OnWanted(IActorRef actor, PartitionState state)
    {
        _nextNumber = Math.Max(_nextNumber, state.Files.NextNumber);
        if (_byActor.TryGetValue(actor, out var file))
        {
            _byNumber[_nextNumber] = file;
            actor.Tell(new OpenSegment(_nextNumber++));
        }
    }

    /// <summary>A file's turn has come.</summary>
    public void OnRotationDue(IActorRef actor)
    {
        if (_byActor.TryGetValue(actor, out var file))
        {
            file.IsRotationDue = true;
        }
    }

    /// <summary>Whether there is anything that a checkpoint would say.</summary>
    public bool IsCheckpointWorth(PartitionState state) =>
        state.UncheckpointedParts > 0 || _retired.Count > 0 || _byPath.Values.Any(static f => f.IsDirty || f.IsRotationDue);

    /// <summary>Files that a checkpoint would sync.</summary>
    public int Changed => _byPath.Values.Count(static f => f.IsDirty);

    /// <summary>Whether a file waits for a checkpoint to seal it.</summary>
    public bool IsRotationWaiting => _byPath.Values.Any(static f => f.IsRotationDue);

    /// <summary>The files that have left for good, for the next checkpoint to say so.</summary>
    public IReadOnlyList<long> Retire()
    {
        var retired = _retired.ToArray();
        _retired.Clear();
        return retired;
    }

    /// <summary>Asks each file that changed, or is to be sealed, for its length behind the lines of this checkpoint.</summary>
    public void Capture(CheckpointRun run, DateTimeOffset now)
    {
        foreach (var file in _byPath.Values.Where(static f => f.IsDirty || f.IsRotationDue))
        {
            // Unique among the path's segments: a journal number is used once.
            var sealAs = file.IsRotationDue ? SegmentName.PathOf(file.Path, now, run.Through + 1) : null;
            file.IsDirty = false;
            file.IsRotationDue = false;
            run.Expect();
            file.Tell(new CaptureSegment(run.Number, sealAs), context.Self);
        }
    }

    /// <summary>The intents are in the journal: rename.</summary>
    public void Seal(IReadOnlyList<FileCommit> commits)
    {
        foreach (var commit in commits)
        {
            if (commit.SealedAs is { } finalPath && _byNumber.TryGetValue(commit.FileNumber, out var file))
            {
                file.Tell(new SealSegment(commit.FileNumber, finalPath), context.Self);
            }
        }
    }

    /// <summary>A rename is durable. A path to which nothing more has come costs nothing from here on.</summary>
    public void OnSealed(SegmentSealed segment, IActorRef actor)
    {
        OnAnswered(actor);
        _byNumber.Remove(segment.FileNumber);
        ForgetWhenIdle(actor);
        _retired.Add(segment.FileNumber);
        setup.Upkeep.Tell(new UpkeepActor.LookAfter(StorePath.DirectoryOf(segment.FinalPath)));
    }

    /// <summary>The partition ends, and its files are another's.</summary>
    public void Dispose()
    {
        setup.Files.Add(-_byPath.Count);
        _byPath.Clear();
        _unwritten.Dispose();
    }

    private void OnAnswered(IActorRef actor)
    {
        if (_byActor.TryGetValue(actor, out var file))
        {
            file.Unanswered--;
        }
    }

    private void ForgetWhenIdle(IActorRef actor)
    {
        if (_byActor.TryGetValue(actor, out var file) && file.IsIdle)
        {
            context.Stop(actor);
            _byActor.Remove(actor);
            _byPath.Remove(file.Path);
            setup.Files.Add(-1);
        }
    }

    // A new path finds room, or shares one file with others that do not.
    private PathFile Within(string path, int lines)
    {
        if (_byPath.TryGetValue(path, out var known))
        {
            return known;
        }

        if (_byPath.Count < setup.Files.Share)
        {
            _hasOverflowed = false;
            return Of(path);
        }

        if (!_hasOverflowed)
        {
            _hasOverflowed = true;
            setup.Files.Tell(_log, partition, path);
        }

        setup.Files.AddOverflow(lines);
        return Of(FileBudget.OverflowOf(partition));
    }

    private PathFile Of(string path)
    {
        if (!_byPath.TryGetValue(path, out var file))
        {
            // A path is no actor name, and one that has ended may not be gone yet.
            var name = $"file-{(_started++).ToString(CultureInfo.InvariantCulture)}";
            file = new PathFile(path, context.ActorOf(FileActor.Props(setup, partition, path), name)) { WrittenAt = setup.Time.GetTimestamp() };
            _byPath.Add(path, file);
            _byActor.Add(file.Actor, file);
            setup.Files.Add(1);
        }

        return file;
    }

    private sealed class PathFile(string path, IActorRef actor)
    {
        public string Path { get; } = path;

        public IActorRef Actor { get; } = actor;

        public bool IsDirty { get; set; }

        public bool IsRotationDue { get; set; }

        /// <summary>When lines came last, by the clock's timestamp.</summary>
        public long WrittenAt { get; set; }

        public bool IsResting { get; set; }

        /// <summary>Messages whose answer has not come.</summary>
        public int Unanswered { get; set; }

        /// <summary>Whether nothing is, or will be, asked of the actor.</summary>
        public bool IsIdle => Unanswered == 0 && !IsDirty && !IsRotationDue;

        /// <summary>Tells the actor what it answers.</summary>
        public void Tell(object message, IActorRef partition)
        {
            Unanswered++;
            Actor.Tell(message, partition);
        }
    }
}
