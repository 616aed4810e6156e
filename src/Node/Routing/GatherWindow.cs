namespace ActorLog.Node.Routing;

/// <summary>How long records are gathered for the spool since the last ones left.</summary>
/// <param name="Usual">When blocks hold some records each.</param>
/// <param name="Thin">When they hold few, of many slots: a block costs the aggregator as much as some thirty records.</param>
internal sealed record GatherWindow(TimeSpan Usual, TimeSpan Thin);
