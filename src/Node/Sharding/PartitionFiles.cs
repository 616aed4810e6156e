using System.Security.Cryptography;
using System.Text;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;

namespace ActorLog.Node.Sharding;

/// <summary>A partition's file actors, one for each path, and what it knows of each. Used by the partition's thread only.</summary>
internal sealed class PartitionFiles(PartitionSetup setup, IUntypedActorContext context)
{
    private readonly Dictionary<string, PathFile> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<IActorRef, PathFile> _byActor = [];
    private readonly Dictionary<long, PathFile> _byNumber = [];
    private readonly List<long> _retired = [];
    private long _nextNumber;
    private int _resuming;

    /// <summary>Bytes of lines that file actors have not appended yet.</summary>
    public long UnwrittenBytes { get; private set; }

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
            file.Actor.Tell(new ResumeSegment(entry));
        }
    }

    /// <summary>A file of the plan was dealt with.</summary>
    public void OnResumed(SegmentResumed resumed)
    {
        _resuming--;
        if (!resumed.IsActive)
        {
            _retired.Add(resumed.FileNumber);
        }
    }

    /// <summary>Passes lines on.</summary>
    public void Append(string path, AppendLines lines)
    {
        var file = Of(path);
        file.IsDirty = true;
        UnwrittenBytes += lines.Length;
        file.Actor.Tell(lines, context.Self);
    }

    /// <summary>Lines were appended.</summary>
    public void OnAppended(LinesAppended appended) => UnwrittenBytes -= appended.Bytes;

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
            file.Actor.Tell(new CaptureSegment(run.Number, sealAs), context.Self);
        }
    }

    /// <summary>The intents are in the journal: rename.</summary>
    public void Seal(IReadOnlyList<FileCommit> commits)
    {
        foreach (var commit in commits)
        {
            if (commit.SealedAs is { } finalPath && _byNumber.TryGetValue(commit.FileNumber, out var file))
            {
                file.Actor.Tell(new SealSegment(commit.FileNumber, finalPath), context.Self);
            }
        }
    }

    /// <summary>A rename is durable.</summary>
    public void OnSealed(SegmentSealed segment)
    {
        _byNumber.Remove(segment.FileNumber);
        _retired.Add(segment.FileNumber);
        setup.Upkeep.Tell(new UpkeepActor.LookAfter(StorePath.DirectoryOf(segment.FinalPath)));
    }

    private PathFile Of(string path)
    {
        if (!_byPath.TryGetValue(path, out var file))
        {
            // A path is no actor name: its hash is.
            var name = "file-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(path)), 0, 16);
            file = new PathFile(path, context.ActorOf(FileActor.Props(setup, path), name));
            _byPath.Add(path, file);
            _byActor.Add(file.Actor, file);
        }

        return file;
    }

    private sealed class PathFile(string path, IActorRef actor)
    {
        public string Path { get; } = path;

        public IActorRef Actor { get; } = actor;

        public bool IsDirty { get; set; }

        public bool IsRotationDue { get; set; }
    }
}
