using ActorLog.Node.Hosting;
using ActorLog.Sinks.Files;
using Akka.Actor;

namespace ActorLog.Node.Sharding;

/// <summary>
/// Decides when one file's active segment is sealed: by its size after each append, by hour or day also when nobody
/// writes. It asks once for each segment; the partition puts the intent into its next checkpoint.
/// </summary>
internal sealed class RotationActor : MessageActor, IWithTimers
{
    // A clock that was set meanwhile is noticed by then.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(10);

    private readonly RotationSettings _settings;
    private readonly TimeProvider _time;
    private SegmentGrew _segment = new(DateTimeOffset.MinValue, 0);
    private DateTimeOffset _asked = DateTimeOffset.MinValue;

    /// <summary>See <see cref="Props"/>.</summary>
    public RotationActor(PartitionSetup setup)
    {
        _settings = setup.Settings.Files.Rotation;
        _time = setup.Time;
        Receive<SegmentGrew>(OnGrew);
        Receive<Turn>(_ =>
        {
            Ask();
            Await();
        });
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(PartitionSetup setup) => Akka.Actor.Props.Create(() => new RotationActor(setup));

    private void OnGrew(SegmentGrew segment)
    {
        var isNew = segment.OpenedAt != _segment.OpenedAt;
        _segment = segment;
        Ask();
        if (isNew)
        {
            Await();
        }
    }

    private void Await()
    {
        if (_asked != _segment.OpenedAt && RotationPolicy.NextTurn(_settings, _segment.OpenedAt) is { } turn)
        {
            var wait = turn - _time.GetUtcNow();
            Timers.StartSingleTimer(
                nameof(Turn), Turn.Instance, wait > TimeSpan.Zero && wait < LookEvery ? wait : LookEvery);
        }
    }

    private void Ask()
    {
        if (_asked != _segment.OpenedAt
            && RotationPolicy.IsDue(_settings, _segment.OpenedAt, _segment.Length, _time.GetUtcNow()))
        {
            _asked = _segment.OpenedAt;
            Context.Parent.Tell(new RotationDue());
        }
    }

    private sealed record Turn
    {
        public static readonly Turn Instance = new();
    }
}
