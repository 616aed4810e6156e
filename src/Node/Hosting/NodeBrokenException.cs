namespace ActorLog.Node.Hosting;

/// <summary>A part that must never end has ended: the process goes, and is started again.</summary>
internal sealed class NodeBrokenException(string what, Exception? inner) : Exception(what, inner);
