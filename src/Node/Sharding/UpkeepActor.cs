using ActorLog.Node.Hosting;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Sharding;

/// <summary>
/// Compresses and deletes the sealed segments of one store, directory by directory, away from the writers. A segment is
/// left alone until its seal is settled: before that it may have to be cut.
/// </summary>
internal sealed class UpkeepActor : MessageActor, IWithTimers, IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(1);

    private readonly SegmentUpkeep _upkeep;
    private readonly TimeSpan _settleAfter;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>See <see cref="Props"/>.</summary>
    public UpkeepActor(IStore store, FileSinkSettings files, TimeSpan settleAfter, TimeProvider time, TimeProvider ages)
    {
        _upkeep = new SegmentUpkeep(store, files.Rotation.Compress, files.Retention, ages);
        _settleAfter = settleAfter;
        _time = time;
        foreach (var directory in SegmentUpkeep.Directories(store))
        {
            _directories.Add(directory);
        }

        Receive<LookAfter>(OnLookAfter);
        Receive<Pass>(_ => Run());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    /// <param name="store">Where the files are.</param>
    /// <param name="files">Whether they are compressed, and how long they are kept.</param>
    /// <param name="settleAfter">How long a sealed one is left alone.</param>
    /// <param name="time">The clock that sealed files are named by.</param>
    /// <param name="ages">The clock by which they grow too old.</param>
    public static Props Props(
        IStore store, FileSinkSettings files, TimeSpan settleAfter, TimeProvider time, TimeProvider ages) =>
        Akka.Actor.Props.Create(() => new UpkeepActor(store, files, settleAfter, time, ages))
            .WithDispatcher(PartitionSetup.FilesDispatcher);

    /// <inheritdoc/>
    protected override void PreStart() => Timers.StartPeriodicTimer("every", Pass.Instance, Soonest, Every);

    // Akka disposes an actor when it has stopped.
    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private void OnLookAfter(LookAfter look)
    {
        _directories.Add(look.Directory);
        if (!Timers.IsTimerActive("soon"))
        {
            Timers.StartSingleTimer("soon", Pass.Instance, _settleAfter + Soonest);
        }
    }

    private void Run()
    {
        var settled = _time.GetUtcNow() - _settleAfter;
        foreach (var directory in _directories)
        {
            try
            {
                Tell(_upkeep.Run(directory, segment => segment.Name.SealedAt <= settled, _stop.Token));
            }
            catch (StorageException e)
            {
                _log.Warning("sealed files of '{0}' wait: {1}", directory, e.Message);
            }
        }
    }

    private void Tell(UpkeepReport report)
    {
        foreach (var failure in report.Failures)
        {
            _log.Warning("{0} waits: {1}", failure.Path, failure.Error);
        }

        foreach (var deleted in report.Deleted)
        {
            _log.Info("retention deleted {0} ({1} bytes)", deleted.Path, deleted.Bytes);
        }
    }

    /// <summary>A segment was sealed in this directory.</summary>
    internal sealed record LookAfter(string Directory);

    private sealed record Pass
    {
        public static readonly Pass Instance = new();
    }
}
