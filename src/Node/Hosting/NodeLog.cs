using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Hosting;

/// <summary>The log of what is no actor: with a source of ours, since <see cref="LogWriter"/> leaves out the library's.</summary>
internal static class NodeLog
{
    /// <summary>The node's log.</summary>
    public static ILoggingAdapter Of(ActorSystem system) => Logging.GetLogger(system, typeof(NodeProgram));
}
