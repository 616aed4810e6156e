using ActorLog.Node.Settings;

namespace ActorLog.Node.Tests.Settings;

/// <summary>A folder of a test's own, removed with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("actorlog-settings-").FullName;

    public static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(System.IO.Path.Join(folder!.FullName, "ActorLog.sln")))
            {
                folder = folder.Parent;
            }

            return folder.FullName;
        }
    }

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Join(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public SettingsReading Read(string hocon, Dictionary<string, string>? environment = null, params string[] overrides) =>
        SettingsReader.Read(new SettingsRequest(Write("akka.hocon", hocon), environment ?? [], overrides));

    /// <summary>The faults as an operator sees them, with the folder cut off.</summary>
    public IReadOnlyList<string> FaultsOf(string hocon, Dictionary<string, string>? environment = null, params string[] overrides) =>
        [.. Read(hocon, environment, overrides).Faults.Select(fault => fault.ToString().Replace(Path + "/", "", StringComparison.Ordinal))];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
