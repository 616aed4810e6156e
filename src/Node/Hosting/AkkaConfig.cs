using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.DistributedData;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Akka's configuration: the user's akka { } part over what the node needs over the library's own. An edge that is no
/// aggregator loads no cluster and opens no port.
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
            }
            serialization-identifiers {
              "ActorLog.Node.Storage.ActorLogSerializer, actorlog" = 7510
            }
          }
        }
        actorlog-files-dispatcher {
          type = Dispatcher
          executor = "thread-pool-executor"
          throughput = 20
        }
        """);

    private static readonly Config Cluster = ConfigurationFactory.ParseString("""
        akka {
          actor.provider = cluster
          remote.dot-netty.tcp {
            hostname = "127.0.0.1"
            port = 0
            maximum-frame-size = 16777216b
            send-buffer-size = 16777216b
            receive-buffer-size = 16777216b
          }
          cluster {
            min-nr-of-members = 1
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            sharding {
              state-store-mode = ddata
              remember-entities = off
              passivate-idle-entity-after = off
              distributed-data.durable.keys = []
              waiting-for-state-timeout = 1s
              # Messages, of up to 256 KiB, for a partition that is nowhere yet. What is more is lost, asked after and sent again.
              buffer-size = 256
            }
          }
        }
        """);

    /// <summary>What a node's actor system is made with.</summary>
    public static Config Of(NodeSettings settings)
    {
        var plugins = PersistencePlugins.Defaults;
        var config = Common.WithFallback(
            settings.Aggregator.Postgres is null ? plugins : PersistencePlugins.OnPostgres.WithFallback(plugins));
        if (settings.Roles.HasFlag(NodeRoles.Aggregator))
        {
            config = Cluster.WithFallback(config)
                .WithFallback(ClusterSharding.DefaultConfig())
                .WithFallback(ClusterSingleton.DefaultConfig())
                .WithFallback(DistributedData.DefaultConfig());
        }

        return settings.Akka.WithFallback(config);
    }
}
