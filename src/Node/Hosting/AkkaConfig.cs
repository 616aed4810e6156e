using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.DistributedData;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Akka's configuration: the user's akka { } part over what the node needs over the library's own. An edge that is no
/// aggregator loads no cluster, and an aggregator alone opens no port for one.
/// </summary>
internal static class AkkaConfig
{
    private static readonly Config Common = ConfigurationFactory.ParseString("""
        akka {
          loggers = ["ActorLog.Node.Hosting.LogWriter, actorlog"]
          stdout-loglevel = WARNING
          loglevel = INFO
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          coordinated-shutdown.exit-clr = off
          scheduler.implementation = "ActorLog.Node.Hosting.QuietScheduler, actorlog"
          actor {
            # A top-level actor that breaks has lost what it knew: it stops, and the node with it (NodeProgram).
            guardian-supervisor-strategy = "Akka.Actor.StoppingSupervisorStrategy"
            serialize-messages = off
            serializers.actorlog = "ActorLog.Node.Storage.ActorLogSerializer, actorlog"
            serialization-bindings {
              "ActorLog.Node.Spooling.SpooledBlock, actorlog" = actorlog
              "ActorLog.Protocol.Delivery.JournalEvent, ActorLog.Protocol" = actorlog
              "ActorLog.Protocol.Delivery.PartitionSnapshot, ActorLog.Protocol" = actorlog
              "ActorLog.Node.Storage.FencedSnapshot, actorlog" = actorlog
              "ActorLog.Protocol.Delivery.ClusterMessage, ActorLog.Protocol" = actorlog
              "ActorLog.Protocol.Delivery.JoinMessage, ActorLog.Protocol" = actorlog
            }
            serialization-identifiers {
              "ActorLog.Node.Storage.ActorLogSerializer, actorlog" = 7510
              "ActorLog.Node.Storage.RefusingSerializer, actorlog" = 1
            }
          }
        }
        actorlog-files-dispatcher {
          type = Dispatcher
          executor = "thread-pool-executor"
          throughput = 20
        }
        """);

    // Only types that are bound are written, and Newtonsoft's serializer, which takes type names from the wire, is not there:
    // its name and number lead to one that refuses (docs/decisions/0022-the-cluster.md).
    private static readonly Config Serialization = ConfigurationFactory.ParseString("""
        akka.actor {
          serialization-settings.allow-unregistered-types = off
          serializers.json = "ActorLog.Node.Storage.RefusingSerializer, actorlog"
        }
        """);

    /// <summary>What every actor system of this program is made with.</summary>
    public static Config OfAnyNode { get; } = Serialization.WithFallback(Common);

    // Detection: a member that says nothing is missed after 2.5 s, and is out 2 to 3 s later (one whose process has ended,
    // without the resolver's wait: MembershipActor). Partitions are placed anew at once, since the journal's fence keeps out an owner that is only
    // slow. Heartbeats have threads of their own, from the socket to the detector.
    private static readonly Config Cluster = ConfigurationFactory.ParseString("""
        akka {
          actor.provider = cluster
          remote {
            enabled-transports = ["akka.remote.tls"]
            tls {
              transport-class = "ActorLog.Node.Clustering.ClusterTransport, actorlog"
              applied-adapters = []
              maximum-frame-size = 16777216b
            }
            log-remote-lifecycle-events = off
            # Each writes on connections of its own alone. Where one that the other has made serves both ways, a peer that is started
            # again may listen to a connection that is given up meanwhile, and stay deaf (docs/decisions/0022-the-cluster.md).
            use-passive-connections = off
            retry-gate-closed-for = 500ms
            flush-wait-on-shutdown = 1s
          }
          cluster {
            roles = ["aggregator"]
            use-dispatcher = "actorlog-cluster-dispatcher"
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            down-removal-margin = 100ms
            run-coordinated-shutdown-when-down = on
            allow-weakly-up-members = off
            retry-unsuccessful-join-after = 1s
            gossip-interval = 250ms
            leader-actions-interval = 250ms
            unreachable-nodes-reaper-interval = 250ms
            failure-detector {
              heartbeat-interval = 500ms
              acceptable-heartbeat-pause = 2s
            }
            split-brain-resolver {
              active-strategy = static-quorum
              stable-after = 2s
              down-all-when-unstable = on
            }
            sharding {
              state-store-mode = ddata
              remember-entities = off
              passivate-idle-entity-after = off
              # The coordinator's state is written to a majority, so that a member that is going holds up nobody, and read, at a
              # coordinator's start, from all that are there.
              distributed-data {
                durable.keys = []
                majority-min-cap = 2
              }
              coordinator-state.write-majority-plus = 0
              waiting-for-state-timeout = 1s
              updating-state-timeout = 1s
              # Messages, of up to 256 KiB, for a partition that is nowhere yet. What is more is lost, asked after and sent again.
              buffer-size = 256
              coordinator-failure-backoff = 500ms
              retry-interval = 200ms
              handoff-timeout = 15s
              shard-failure-backoff = 1s
            }
            singleton.hand-over-retry-interval = 200ms
          }
          coordinated-shutdown.phases {
            cluster-sharding-shutdown-region.timeout = 20s
            actorlog-partitions-placed {
              depends-on = [cluster-sharding-shutdown-region]
              timeout = 5s
            }
            cluster-leave.depends-on = [actorlog-partitions-placed]
            cluster-exiting.timeout = 5s
          }
        }
        actorlog-cluster-dispatcher {
          type = ForkJoinDispatcher
          throughput = 20
          dedicated-thread-pool.thread-count = 2
        }
        """);

    // Over the user's part too: by these another node could come in that was not compared, or in the clear.
    private static readonly Config Ours = ConfigurationFactory.ParseString("""
        akka {
          cluster.seed-nodes = []
          remote.enabled-transports = ["akka.remote.tls"]
          remote.tls.transport-class = "ActorLog.Node.Clustering.ClusterTransport, actorlog"
        }
        """);

    /// <summary>What a node's actor system is made with.</summary>
    public static Config Of(NodeSettings settings)
    {
        var plugins = PersistencePlugins.Defaults;
        var config = OfAnyNode.WithFallback(
            settings.Aggregator.Postgres is null ? plugins : PersistencePlugins.OnPostgres.WithFallback(plugins));
        if (settings.Roles.HasFlag(NodeRoles.Aggregator))
        {
            var (least, quorum) = settings.Aggregator.Cluster is { } cluster ? (cluster.MembersMin, cluster.Quorum) : (1, 1);
            config = ConfigurationFactory.ParseString($$"""
                    akka.cluster {
                      min-nr-of-members = {{least}}
                      split-brain-resolver.static-quorum.quorum-size = {{quorum}}
                    }
                    """)
                .WithFallback(Cluster).WithFallback(config)
                .WithFallback(ClusterSharding.DefaultConfig())
                .WithFallback(ClusterSingleton.DefaultConfig())
                .WithFallback(DistributedData.DefaultConfig());
        }

        return Ours.WithFallback(settings.Akka).WithFallback(config);
    }
}
