using ActorLog.Node.Hosting;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Storage;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;

namespace ActorLog.Node.Sharding;

/// <summary>
/// Keeps this node's data root: in one pair of hands at a time. A partition that runs here takes its files before it
/// touches one. For a partition that runs on another node the files here are an earlier owner's: its owner has them cut to
/// what is committed (design review, C10). Nodes tell each other which root is with whom. On the files dispatcher.
/// </summary>
internal sealed class RootKeeperActor : MessageActor, IWithTimers
{
    /// <summary>Its name below /user, the same on each node.</summary>
    public const string Name = "root";

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);

    private readonly PartitionSetup _setup;
    private readonly string _rootId;
    private readonly string _life = Guid.NewGuid().ToString("N");
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<int, Hands> _byPartition = [];
    private readonly Dictionary<string, (string Life, IActorRef Keeper)> _roots = new(StringComparer.Ordinal);
    private readonly HashSet<Address> _nodes = [];
    private readonly Cluster _cluster = Cluster.Get(Context.System);

    /// <summary>See <see cref="Props"/>.</summary>
    public RootKeeperActor(PartitionSetup setup)
    {
        _setup = setup;
        _rootId = setup.Store.RootId.ToString("N");
        Receive<TakeFiles>(OnTake);
        Receive<Terminated>(ended => OnEnded(ended.ActorRef));
        Receive<TrimFiles>(OnTrim);
        Receive<AskEarlierOwner>(OnAsk);
        Receive<RootHere>(here => _roots[here.RootId] = (here.Life, Sender));
        Receive<ClusterEvent.IMemberEvent>(OnMember);
        Receive<TellRoot>(_ => TellAll());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(PartitionSetup setup) =>
        Akka.Actor.Props.Create(() => new RootKeeperActor(setup)).WithDispatcher(PartitionSetup.FilesDispatcher);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        Timers.StartPeriodicTimer(nameof(TellRoot), TellRoot.Instance, TellEvery);
    }

    /// <inheritdoc/>
    protected override void PostStop() => _cluster.Unsubscribe(Self);

    // A partition of this node has become the owner.
    private void OnTake(TakeFiles take)
    {
        var hands = HandsOf(take.Partition);
        hands.Epoch = Math.Max(hands.Epoch, take.Epoch);
        if (hands.Holder is null || hands.Holder.Equals(Sender))
        {
            Give(hands, Sender);
        }
        else
        {
            // An earlier incarnation has not ended yet.
            hands.Next = Sender;
            hands.Holder.Tell(new Superseded(take.Epoch));
        }
    }

    private void Give(Hands hands, IActorRef partition)
    {
        hands.Holder = Context.Watch(partition);
        hands.Next = null;
        partition.Tell(FilesTaken.Instance);
    }

    private void OnEnded(IActorRef partition)
    {
        foreach (var hands in _byPartition.Values)
        {
            if (partition.Equals(hands.Next))
            {
                hands.Next = null;
            }

            if (!partition.Equals(hands.Holder))
            {
                continue;
            }

            hands.Holder = null;
            if (hands.Next is { } next)
            {
                Give(hands, next);
            }
        }
    }

    // What an earlier life was told is over; so is what an owner of before the last one asks.
    private void OnTrim(TrimFiles trim)
    {
        var hands = HandsOf(trim.Partition);
        if (trim.RootId != _rootId || trim.Life != _life || trim.Epoch < hands.Epoch)
        {
            return;
        }

        hands.Epoch = trim.Epoch;
        if (hands.Holder is { } replaced)
        {
            // It was paused, and has not found out yet. The owner asks again.
            replaced.Tell(new Superseded(trim.Epoch));
            return;
        }

        var recovery = new SegmentRecovery(_setup, trim.Partition, _log);
        var done = new List<long>();
        foreach (var entry in trim.Files)
        {
            try
            {
                recovery.Run(entry)?.Dispose();
                if (entry.SealedAs is { } sealedAs)
                {
                    _setup.Upkeep.Tell(new UpkeepActor.LookAfter(StorePath.DirectoryOf(sealedAs)));
                }

                done.Add(entry.Opened.FileNumber);
            }
            catch (StorageException e)
            {
                _log.Warning("{0} waits for its disk, then it is cut to what is committed: {1}", entry.Opened.Path, e.Message);
            }
        }

        Sender.Tell(new FilesTrimmed(trim.Partition, _rootId, trim.Epoch, done));
    }

    private void OnAsk(AskEarlierOwner ask)
    {
        if (_roots.TryGetValue(ask.RootId, out var root))
        {
            root.Keeper.Tell(new TrimFiles(ask.Partition, ask.RootId, root.Life, ask.Epoch, ask.Files), Sender);
        }
    }

    private void OnMember(ClusterEvent.IMemberEvent e)
    {
        if (e is ClusterEvent.MemberUp or ClusterEvent.MemberJoined or ClusterEvent.MemberWeaklyUp)
        {
            _nodes.Add(e.Member.Address);
            TellRootTo(e.Member.Address);
        }
        else if (e is ClusterEvent.MemberRemoved)
        {
            _nodes.Remove(e.Member.Address);
        }
    }

    private void TellAll()
    {
        foreach (var node in _nodes)
        {
            TellRootTo(node);
        }
    }

    private void TellRootTo(Address node)
    {
        if (node != _cluster.SelfAddress)
        {
            Context.ActorSelection(new RootActorPath(node) / "user" / Name).Tell(new RootHere(_rootId, _life, _setup.Node));
        }
    }

    private Hands HandsOf(int partition)
    {
        if (!_byPartition.TryGetValue(partition, out var hands))
        {
            _byPartition.Add(partition, hands = new Hands());
        }

        return hands;
    }

    private sealed class Hands
    {
        public long Epoch { get; set; }

        public IActorRef? Holder { get; set; }

        public IActorRef? Next { get; set; }
    }

    private sealed record TellRoot
    {
        public static readonly TellRoot Instance = new();
    }
}

/// <summary>From a partition that has become the owner, to its node's keeper: I am about to touch its files here.</summary>
internal sealed record TakeFiles(int Partition, long Epoch);

/// <summary>To a partition: nobody else has its files.</summary>
internal sealed record FilesTaken
{
    /// <summary>The one value.</summary>
    public static readonly FilesTaken Instance = new();
}

/// <summary>To a partition: the journal has an owner of this epoch. One with a lower epoch ends at once.</summary>
internal sealed record Superseded(long Epoch);

/// <summary>From a partition to its node's keeper: these files lie in another root; have them trimmed, when it is there.</summary>
internal sealed record AskEarlierOwner(int Partition, long Epoch, string RootId, IReadOnlyList<FileEntry> Files);
