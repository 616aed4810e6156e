namespace ActorLog.Testing.Processes;

/// <summary>Where things lie: this repository, the program that its build made, and the parts that scripts/install-test-parts installs.</summary>
public static class Repository
{
    private const string Install = "run scripts/install-test-parts";

    /// <summary>The folder of ActorLog.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>actorlog.dll of the same configuration as these tests; ACTORLOG names another one (a published folder or its dll).</summary>
    public static string Program { get; } = FindProgram();

    /// <summary>A path below the root.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>An installed command, absolute.</summary>
    /// <exception cref="InvalidOperationException">It is not there; the message says what to run.</exception>
    public static string Part(string command)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        // Debian's own come first: another python or logger earlier on the path would lack Debian's modules.
        string[] folders = ["/usr/bin", "/usr/sbin", .. path.Split(':', StringSplitOptions.RemoveEmptyEntries)];
        return folders.Select(f => Path.Combine(f, command)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"{command} is missing: {Install}");
    }

    /// <summary>A file of an unpacked package, such as rsyslog's usr/sbin/rsyslogd; a * in a folder's place stands for the only one there.</summary>
    /// <exception cref="InvalidOperationException">It is not there; the message says what to run.</exception>
    public static string UnpackedPart(string relative)
    {
        var at = Environment.GetEnvironmentVariable("ACTORLOG_TEST_PARTS") ?? "/var/lib/actorlog-test-parts";
        foreach (var part in relative.Split('/'))
        {
            at = part == "*" && Directory.Exists(at) ? Directory.GetDirectories(at).FirstOrDefault(at) : Path.Combine(at, part);
        }
        return Path.Exists(at) ? at : throw new InvalidOperationException($"{at} is missing: {Install}");
    }

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ActorLog.sln")))
            {
                return folder;
            }
        }
        throw new InvalidOperationException($"no ActorLog.sln above {AppContext.BaseDirectory}");
    }

    private static string FindProgram()
    {
        if (Environment.GetEnvironmentVariable("ACTORLOG") is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? Path.Combine(named, "actorlog.dll") : Path.ChangeExtension(named, ".dll");
        }
        // tests/X/bin/CONFIGURATION/FRAMEWORK/ and src/Node/bin/CONFIGURATION/FRAMEWORK/ are made by the same build.
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return At("src", "Node", "bin", framework.Parent!.Name, framework.Name, "actorlog.dll");
    }
}
