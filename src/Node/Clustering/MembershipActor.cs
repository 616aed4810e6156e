using System.Collections.Immutable;
using System.Net;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Delivery;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Event;

namespace ActorLog.Node.Clustering;

/// <summary>
/// Brings the node into the cluster and tells how the cluster stands. It asks the seeds until one of the cluster answers, and
/// joins it when they agree; the first seed begins a cluster when the majority is there and of none. Akka's own way to join
/// compares nothing, and lets a first seed that is cut off begin a second cluster.
/// </summary>
internal sealed class MembershipActor : MessageActor, IWithTimers
{
    /// <summary>The actor's name, by which the others find it.</summary>
    public const string Name = "cluster";

    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerHolds = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(10);

    private readonly MembershipSetup _setup;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly PeerRefusals _refusals = new(TimeProvider.System);
    private readonly List<Address> _others;
    private readonly bool _isFirst;
    private readonly Dictionary<Address, (JoinAnswer Answer, TimeSpan At)> _answers = [];
    private readonly Dictionary<Address, string> _unreachable = [];
    private readonly RefusingPeers _refusing = new();
    private TimeSpan? _joinedAt;
    private string _told = string.Empty;
    private int _owned;

    /// <summary>See <see cref="Props"/>.</summary>
    public MembershipActor(MembershipSetup setup)
    {
        _setup = setup;
        var own = _cluster.SelfAddress;
        var seeds = setup.Seeds.Select(seed => new Address(own.Protocol, own.System, seed.Host, seed.Port)).ToList();
        _isFirst = seeds.Count == 0 || seeds[0].Equals(own);
        _others = [.. seeds.Where(seed => !seed.Equals(own))];
        Receive<AskToJoin>(OnAsked);
        Receive<JoinAnswer>(OnAnswer);
        Receive<Begin>(_ => Timers.StartPeriodicTimer(nameof(Ask), Ask.Instance, TimeSpan.Zero, AskEvery));
        Receive<Ask>(_ => OnAsk());
        Receive<Look>(_ => _setup.Region.Tell(GetShardRegionState.Instance));
        Receive<CurrentShardRegionState>(state =>
        {
            _owned = state.Shards.Count;
            Tell();
        });
        Receive<PeerReached>(peer => OnReached(AkkaAddress(peer.Peer)));
        Receive<PeerUnreachable>(peer => OnUnreachable(AkkaAddress(peer.Peer), peer));
        Receive<ClusterEvent.IMemberEvent>(
            _ => Become(Gone),
            e => e.Member.UniqueAddress.Equals(_cluster.SelfUniqueAddress)
                && e.Member.Status is MemberStatus.Leaving or MemberStatus.Exiting or MemberStatus.Down or MemberStatus.Removed);
        Receive<ClusterEvent.IClusterDomainEvent>(_ => Tell());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(MembershipSetup setup) => Akka.Actor.Props.Create(() => new MembershipActor(setup));

    private static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    private bool IsMember => _cluster.SelfMember.Status is MemberStatus.Joining or MemberStatus.WeaklyUp or MemberStatus.Up;

    private bool IsKnownMember => IsMember && _cluster.State.Members.Any(member => member.UniqueAddress.Equals(_cluster.SelfUniqueAddress));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        Context.System.EventStream.Subscribe(Self, typeof(PeerReached));
        Context.System.EventStream.Subscribe(Self, typeof(PeerUnreachable));
        _setup.WarmUp.PipeTo(Self, success: static () => Begin.Instance);
        Timers.StartPeriodicTimer(nameof(Look), Look.Instance, TimeSpan.FromSeconds(1), LookEvery);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        Context.System.EventStream.Unsubscribe(Self);
    }

    // A process is a member once. It does not ask to come back, and to one that asks it is neither a member nor one that would join.
    private void Gone()
    {
        Timers.CancelAll();
        ReceiveAny(static _ => { });
    }

    private Address AkkaAddress(Address peer) => peer.WithProtocol(_cluster.SelfAddress.Protocol);

    // Another would join: it is told what this node is, and judges itself. What it will find is told here too.
    private void OnAsked(AskToJoin ask)
    {
        var from = Sender.Path.Address;
        if (_setup.Agreement.DifferenceTo(ask.Agreement) is { } difference
            && _refusals.IsToTell(from.ToString(), difference.Cause))
        {
            _log.Warning("{0} at {1}:{2} cannot join: {3}; {4}", ask.Node, from.Host, from.Port, difference.Cause, difference.Remedy);
        }

        Sender.Tell(new JoinAnswer(_setup.Node, _setup.Agreement, IsKnownMember));
    }

    private void OnAsk()
    {
        if (IsKnownMember)
        {
            Tell();
            return;
        }

        foreach (var seed in _others)
        {
            Context.ActorSelection(new RootActorPath(seed) / "user" / Name).Tell(new AskToJoin(_setup.Node, _setup.Agreement));
        }

        if (_isFirst && Agreeing() + 1 >= _setup.MembersMin)
        {
            Join(_cluster.SelfAddress);
        }

        Tell();
    }

    private void OnAnswer(JoinAnswer answer)
    {
        var from = Sender.Path.Address;
        _answers[from] = (answer, Now);
        if (IsKnownMember)
        {
            return;
        }

        if (_setup.Agreement.DifferenceTo(answer.Agreement) is { } difference)
        {
            // Of two that are of no cluster the later one in the list gives way.
            if (answer.IsMember || _others.IndexOf(from) < OwnPlace())
            {
                _log.Error("{0} at {1}:{2} does not let this node join: {3}; {4}", answer.Node, from.Host, from.Port, difference.Cause, difference.Remedy);
                _setup.Refused(new StartFaultException(
                    $"{answer.Node} at {from.Host}:{from.Port} does not let this node join the cluster: {difference.Cause}", difference.Remedy));
            }

            return;
        }

        if (answer.IsMember && (_joinedAt is not { } at || Now - at > JoinMax))
        {
            Join(from);
        }
    }

    private void OnReached(Address peer)
    {
        _unreachable.Remove(peer);
        _refusing.Forget(peer);
    }

    private void OnUnreachable(Address peer, PeerUnreachable told)
    {
        _unreachable[peer] = told.Why;
        if (!told.IsRefused)
        {
            _refusing.Forget(peer);
        }
        else if (_refusing.Refuse(peer, Now))
        {
            PutOut(peer);
        }
    }

    // Sooner than the split brain resolver, and by the same rule: only a majority of all that there are
    // puts out, so that a firewall that refuses the others for this node does nothing.
    private void PutOut(Address peer)
    {
        var members = _cluster.State.Members.Where(static member => member.Status == MemberStatus.Up).ToList();
        var heard = members.Count(member => !_cluster.State.Unreachable.Contains(member) && !_refusing.Contains(member.Address));
        if (heard >= MembershipSettings.QuorumOf(_setup.Seeds.Count) && members.Exists(member => member.Address.Equals(peer)))
        {
            _log.Warning("{0}:{1} has ended, nobody listens there any more: it is put out", peer.Host, peer.Port);
            _cluster.Down(peer);
        }
    }

    private int OwnPlace() =>
        _setup.Seeds.TakeWhile(seed => seed.Host != _cluster.SelfAddress.Host || seed.Port != _cluster.SelfAddress.Port).Count();

    private void Join(Address address)
    {
        _joinedAt = Now;
        if (_others.Count > 0)
        {
            _log.Info(address.Equals(_cluster.SelfAddress) ? "beginning a cluster as {0}:{1}" : "joining the cluster of {0}:{1}", address.Host, address.Port);
        }

        _cluster.Join(address);
    }

    // Seeds that answered a moment ago, agree, and are of no cluster.
    private int Agreeing() => _others.Count(seed =>
        _answers.TryGetValue(seed, out var last) && Now - last.At < AnswerHolds
        && !last.Answer.IsMember && _setup.Agreement.DifferenceTo(last.Answer.Agreement) is null);

    private void Tell()
    {
        var members = _cluster.State.Members;
        var unreachable = _cluster.State.Unreachable;
        var up = members.Count(static member => member.Status == MemberStatus.Up);
        var stands = new ClusterStands(
            up,
            members.Count(static member => member.Status is MemberStatus.Joining or MemberStatus.WeaklyUp),
            members.Count(static member => member.Status is MemberStatus.Leaving or MemberStatus.Exiting or MemberStatus.Down),
            unreachable.Count,
            _owned)
        {
            Fault = FindFault(members),
            Note = _setup.Seeds.Count == 0 ? null : Describe(up, unreachable),
        };
        _setup.Status.Tell(stands);
        var said = stands.Fault?.Cause ?? stands.Note ?? string.Empty;
        if (said != _told && _others.Count > 0)
        {
            _told = said;
            _log.Info("{0}", said);
        }
    }

    private string Describe(int up, ImmutableHashSet<Member> unreachable)
    {
        var text = $"{up} of {_setup.Seeds.Count} members up, {_owned} of {_setup.Agreement.Partitions} partitions here";
        return unreachable.Count == 0
            ? text : $"{text}, unreachable: {string.Join(", ", unreachable.Select(static member => $"{member.Address.Host}:{member.Address.Port}"))}";
    }

    private (string Cause, string Remedy)? FindFault(ImmutableSortedSet<Member> members)
    {
        if (_cluster.SelfMember.Status == MemberStatus.Up || _setup.Seeds.Count == 0)
        {
            return null;
        }

        if (_others.Count == 0)
        {
            return ("beginning a cluster", "Wait a moment.");
        }

        if (IsKnownMember)
        {
            return ($"{members.Count} members, {_setup.MembersMin} are needed before anything is stored", "Start the other members; see below why they cannot be reached.");
        }

        var seeds = string.Join("; ", _others.Select(seed => $"{seed.Host}:{seed.Port} {WhatOf(seed)}"));
        return ($"of no cluster yet: {seeds}",
            _isFirst || Agreeing() == 0
                ? $"With {_setup.MembersMin} members that reach each other it goes on by itself."
                : $"The first seed, {_setup.Seeds[0].Host}:{_setup.Seeds[0].Port}, alone begins a cluster: start it.");
    }

    private string WhatOf(Address seed) =>
        _answers.TryGetValue(seed, out var last) && Now - last.At < AnswerHolds
            ? _setup.Agreement.DifferenceTo(last.Answer.Agreement) is { } difference ? $"does not agree: {difference.Cause}"
                : last.Answer.IsMember ? "lets this node join" : "waits too"
            : _unreachable.TryGetValue(seed, out var why) ? $"cannot be reached: {why}" : "has not answered yet";

    private sealed record Begin
    {
        public static readonly Begin Instance = new();
    }

    private sealed record Ask
    {
        public static readonly Ask Instance = new();
    }

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }
}

/// <summary>How the cluster stands, as this node sees it.</summary>
/// <param name="Up">Members that are up.</param>
/// <param name="Joining">Members on their way in.</param>
/// <param name="Leaving">Members on their way out.</param>
/// <param name="Unreachable">Members that some other does not hear, whatever their status.</param>
/// <param name="Owned">Partitions on this node.</param>
internal sealed record ClusterStands(int Up, int Joining, int Leaving, int Unreachable, int Owned)
{
    /// <summary>Why this node is not up; null: it is.</summary>
    public (string Cause, string Remedy)? Fault { get; init; }

    /// <summary>In words; null for a cluster of one.</summary>
    public string? Note { get; init; }
}

/// <summary>What <see cref="MembershipActor"/> works with.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Agreement">What the others must have in common with it.</param>
/// <param name="Seeds">All members; none: a cluster of one.</param>
/// <param name="MembersMin">So many begin a cluster.</param>
/// <param name="Region">The region of the partitions.</param>
/// <param name="Status">Told how the cluster stands.</param>
/// <param name="Refused">Told when this node cannot be a member as it is configured.</param>
internal sealed record MembershipSetup(
    string Node, Agreement Agreement, IReadOnlyList<DnsEndPoint> Seeds, int MembersMin, IActorRef Region, IActorRef Status,
    Action<StartFaultException> Refused)
{
    /// <summary>Ends when the node can take partitions without further ado: before that it does not join.</summary>
    public Task WarmUp { get; init; } = Task.CompletedTask;
}
