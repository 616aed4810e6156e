namespace ActorLog.Testing.Processes;

/// <summary>A folder for one test, deleted with it unless ACTORLOG_KEEP is set. Its path is short: unix sockets lie in it.</summary>
public sealed class TempDirectory : IDisposable
{
    /// <summary>Makes the folder.</summary>
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("al-").FullName;

    /// <summary>Where it is, absolute.</summary>
    public string Path { get; }

    /// <summary>A path in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Makes a folder in it and gives its path.</summary>
    public string Folder(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Writes a text file in it and gives its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("ACTORLOG_KEEP") is null && Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
