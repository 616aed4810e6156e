using ActorLog.Sinks.Files;

namespace ActorLog.Node.Settings;

/// <summary>Where a route may lead.</summary>
/// <param name="Name">Its key below actorlog.sinks.</param>
public abstract record SinkSettings(string Name);

/// <summary>A file of this node's own, rotated; at start a torn tail is cut.</summary>
/// <param name="Name">Its key below actorlog.sinks.</param>
/// <param name="Files">Where its lines go.</param>
public sealed record FileSinkNodeSettings(string Name, FileSinkSettings Files) : SinkSettings(Name);

/// <summary>The spool, and by it the aggregators.</summary>
/// <param name="Name">Its key below actorlog.sinks.</param>
public sealed record AggregatorSinkSettings(string Name) : SinkSettings(Name);
