using ActorLog.Node.Routing;

namespace ActorLog.Node.Settings;

/// <summary>Which records go where. A record that no route takes is dropped and counted.</summary>
/// <param name="Name">Its key below actorlog.routes.</param>
/// <param name="Filter">Which records it takes; null for all.</param>
/// <param name="Sinks">The names of the sinks it leads to.</param>
public sealed record RouteSettings(string Name, Filter? Filter, IReadOnlyList<string> Sinks);
