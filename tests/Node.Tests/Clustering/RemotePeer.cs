using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Clustering;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;

namespace ActorLog.Node.Tests.Clustering;

/// <summary>An actor system with a member's remoting, and nothing else of a node's.</summary>
internal sealed class RemotePeer : IDisposable
{
    private static readonly Config Quiet = ConfigurationFactory.ParseString("""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          loggers = []
        }
        """);

    private readonly ActorSystem _system;
    private readonly IActorRef _ear;
    private readonly ActorPath _path;
    private readonly string _id = Guid.NewGuid().ToString();
    private readonly ConcurrentDictionary<object, bool> _heard = new();
    private int _cameIn;

    /// <summary>Starts it.</summary>
    /// <param name="host">Whose certificate it shows.</param>
    /// <param name="socket">Where it listens, bound.</param>
    /// <param name="behind">What others reach it through; null: they come straight.</param>
    public RemotePeer(ClusterHost host, Socket socket, HoldingRelay? behind = null)
    {
        var listen = (IPEndPoint)socket.LocalEndPoint!;
        behind?.LeadTo(listen);
        var advertise = new DnsEndPoint("127.0.0.1", behind?.Port ?? listen.Port);
        var membership = new MembershipSettings(listen, advertise, [advertise], MembersMin: 1);
        var settings = SettingsReader.Read(SettingsRequest.Default).Settings!;
        _system = ActorSystem.Create(
            "actorlog",
            BootstrapSetup.Create()
                .WithConfig(Quiet.WithFallback(AkkaConfig.Of(settings with { Aggregator = settings.Aggregator with { Cluster = membership } })))
                .And(new ClusterLink(membership, host.NodeIdentity, socket)));
        _ear = _system.ActorOf(Props.Create(() => new Ear(this)), "ear");
        _path = new RootActorPath(new Address("akka.tls", _system.Name, advertise.Host, advertise.Port)) / "user" / "ear";
    }

    /// <summary>Connections from others so far.</summary>
    public int CameIn => Volatile.Read(ref _cameIn);

    /// <summary>Asks the other who it is.</summary>
    public void Greet(RemotePeer other) => _system.ActorSelection(other._path).Tell(new Identify(other._id), _ear);

    /// <summary>Asks the other who it is; whether an answer to that has ever come.</summary>
    public bool IsAnsweredBy(RemotePeer other)
    {
        Greet(other);
        return _heard.ContainsKey(other._id);
    }

    /// <inheritdoc/>
    public void Dispose() => _system.Terminate().GetAwaiter().GetResult();

    private sealed class Ear : ReceiveActor
    {
        public Ear(RemotePeer peer)
        {
            Context.System.EventStream.Subscribe(Self, typeof(AssociatedEvent));
            Receive<AssociatedEvent>(associated => peer._cameIn += associated.IsInbound ? 1 : 0);
            // What goes nowhere is answered on the spot, and names nobody.
            Receive<ActorIdentity>(static answer => answer.Subject is not null, answer => peer._heard[answer.MessageId] = true);
        }
    }
}
