namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>Some rules are broken only by rare interleavings: where to look for them.</summary>
internal enum DeliveryFocus
{
    /// <summary>All kinds of schedules.</summary>
    None,
    /// <summary>Long schedules in which owners are replaced without knowing it.</summary>
    Duels,
    /// <summary>Schedules whose journal may lose its last commits.</summary>
    Standby,
}
