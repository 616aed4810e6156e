namespace ActorLog.Sinks.Files;

/// <summary>What is wrong with a template, and where.</summary>
/// <param name="Offset">Characters before the fault.</param>
/// <param name="Message">What to do about it.</param>
public readonly record struct PathTemplateError(int Offset, string Message);
