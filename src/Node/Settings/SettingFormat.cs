namespace ActorLog.Node.Settings;

/// <summary>Reads a plain value's text.</summary>
/// <param name="text">The text, trimmed.</param>
/// <param name="value">What it says.</param>
/// <returns>Null, or what is wrong: a phrase that follows the quoted text.</returns>
internal delegate string? SettingFormat<T>(string text, out T value);
