namespace ActorLog.Testing.Simulation;

/// <summary>A broken promise, with what it takes to see it again.</summary>
public sealed class SimulationFailure(string text) : Exception(text);
