using System.Globalization;

namespace ActorLog.Testing.Processes;

/// <summary>
/// A PostgreSQL server of a test's own, in a folder of its own, on loopback or in a network of the test's: started, ended, killed,
/// paused, and copied as a standby that takes over. It runs as another user, since it refuses root.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    /// <summary>The user that everything belongs to.</summary>
    public const string User = "actorlog";

    private const int SigStop = 19;
    private const int SigCont = 18;
    private const int SigInt = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _binaries;
    private readonly string _directory;
    private readonly Place _place;
    private readonly List<string> _options = [];
    private ChildProcess? _server;

    private PostgresCluster(string binaries, string directory, Place place)
    {
        _binaries = binaries;
        _directory = directory;
        _place = place;
    }

    /// <summary>Its port.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>The process that has started all of its others.</summary>
    public ChildProcess Server => _server ?? throw new InvalidOperationException("the server was never started");

    /// <summary>What a configuration calls a database of it.</summary>
    public string Uri(string database, params PostgresCluster[] others) =>
        $"postgresql://{User}@{string.Join(',', others.Prepend(this).Select(static c => $"{c._place.Address}:{c.Port}"))}/{database}?sslmode=disable";

    /// <summary>Makes a server on loopback and starts it.</summary>
    /// <param name="settings">Lines of postgresql.conf.</param>
    /// <exception cref="InvalidOperationException">Its programs are not installed.</exception>
    public static Task<PostgresCluster> Start(params string[] settings) => StartAt(Place.Loopback, settings);

    /// <summary>Makes a server and starts it.</summary>
    /// <param name="place">Where; whoever shares a network with it may connect.</param>
    /// <param name="settings">Lines of postgresql.conf.</param>
    /// <exception cref="InvalidOperationException">Its programs are not installed.</exception>
    public static async Task<PostgresCluster> StartAt(Place place, params string[] settings)
    {
        var cluster = new PostgresCluster(Binaries(), Fresh(), place);
        try
        {
            await cluster.Run(
                "initdb", "--pgdata", cluster.Data, "--username", User, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync");
            await File.AppendAllTextAsync(Path.Combine(cluster.Data, "pg_hba.conf"), "host all all samenet trust\n");
            cluster.Configure(settings);
            await cluster.StartAgain();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a standby of this server, asynchronous, and starts it.</summary>
    public async Task<PostgresCluster> StartStandby()
    {
        var standby = new PostgresCluster(_binaries, Fresh(), _place);
        try
        {
            await standby.Run(
                "pg_basebackup", "--pgdata", standby.Data, "--write-recovery-conf", "--checkpoint", "fast", "--no-sync",
                "--host", _place.Address, "--port", Text(Port), "--username", User);
            standby.Configure([]);
            await standby.StartAgain();
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server, after its end, and waits until it answers.</summary>
    public async Task StartAgain()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        string[] command = [.. InPlace, "setpriv", .. AsUser, Program("postgres"), "-D", Data, .. _options];
        _server = ChildProcess.Start(command[0], command[1..], _directory);
        await Eventually.True(
            async () => _server.HasExited || await Answers(), Limit, () => $"the database answers. {_server.Account()}");
        if (_server.HasExited)
        {
            throw new InvalidOperationException(_server.Account());
        }
    }

    /// <summary>Ends it as an administrator does who does not wait for clients: pg_ctl stop --mode=fast.</summary>
    public async Task Stop()
    {
        Server.Signal(SigInt);
        await Server.Exit(Limit);
    }

    /// <summary>Waits until a standby has all that this server has.</summary>
    public async Task WaitFor(PostgresCluster standby)
    {
        var end = (await Query("postgres", "SELECT pg_current_wal_lsn()"))[0];
        await Eventually.True(
            async () => (await standby.Query("postgres", $"SELECT pg_last_wal_replay_lsn() >= '{end}'"))[0] == "t", Limit,
            () => "the standby has it all");
    }

    /// <summary>kill -9 of the first process; its others end by themselves when they notice, and are waited for.</summary>
    public async Task Kill()
    {
        var children = Children(Server.Id);
        await Server.Kill();
        await Eventually.True(() => !children.Any(IsAlive), Limit, "the database's other processes have ended");
    }

    /// <summary>Stops all of its processes where they are (SIGSTOP): connections stay, nobody answers.</summary>
    public void Pause() => SignalAll(SigStop);

    /// <summary>Lets them go on.</summary>
    public void Resume() => SignalAll(SigCont);

    /// <summary>A standby becomes a primary, and is one when this returns.</summary>
    public async Task Promote()
    {
        await Run("pg_ctl", "--pgdata", Data, "promote", "--wait");
        await Eventually.True(
            async () => (await Query("postgres", "SELECT pg_is_in_recovery()"))[0] == "f", Limit, () => "the standby is a primary");
    }

    /// <summary>Makes an empty database.</summary>
    public Task CreateDatabase(string name, string encoding = "UTF8") =>
        Query("postgres", $"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0");

    /// <summary>The rows of a statement, a line each, with | between columns.</summary>
    public Task<IReadOnlyList<string>> Query(string database, string sql) => Run(
        "psql", "--host", _place.Address, "--port", Text(Port), "--username", User, "--dbname", database, "--no-psqlrc", "--tuples-only",
        "--no-align", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false })
        {
            Resume();
            await Kill();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private string Data => Path.Combine(_directory, "data");

    private IReadOnlyList<string> InPlace => _place.Network?.Prefix ?? [];

    private static IEnumerable<string> AsUser { get; } = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];

    private static string Binaries() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin"))
                .Where(static folder => File.Exists(Path.Combine(folder, "initdb")))
                .OrderByDescending(static folder => folder, StringComparer.Ordinal).FirstOrDefault() ?? throw Missing()
            : throw Missing();

    private static InvalidOperationException Missing() =>
        new("/usr/lib/postgresql/*/bin/initdb is missing: run scripts/install-test-parts");

    private static string Fresh()
    {
        var directory = Directory.CreateTempSubdirectory("al-pg").FullName;
        using var chown = System.Diagnostics.Process.Start("chown", ["postgres", directory]);
        chown.WaitForExit();
        return directory;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string Program(string name) => Path.Combine(_binaries, name);

    private Task<IReadOnlyList<string>> Run(string program, params string[] arguments)
    {
        string[] command = [.. InPlace, "setpriv", .. AsUser, Program(program), .. arguments];
        return ChildProcess.Run(command[0], command[1..], _directory);
    }

    // On the command line: a standby copies its primary's file, and has a port of its own.
    private void Configure(IEnumerable<string> settings)
    {
        string[] all =
        [
            $"port={Text(Port)}", $"listen_addresses={_place.Address}", $"unix_socket_directories={_directory}", "max_connections=60",
            "wal_level=replica", "max_wal_senders=4", "shared_buffers=64MB", .. settings,
        ];
        _options.AddRange(all.SelectMany(static setting => new[] { "-c", setting }));
    }

    private async Task<bool> Answers()
    {
        string[] command = [.. InPlace, Program("pg_isready"), "--host", _place.Address, "--port", Text(Port), "--quiet"];
        await using var asking = ChildProcess.Start(command[0], command[1..], "/");
        return await asking.Exit(Limit) == 0;
    }

    private void SignalAll(int signal)
    {
        // Children first: the first process would start those again that it misses.
        foreach (var child in Children(Server.Id))
        {
            using var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", Text(child)]);
            kill.WaitForExit();
        }

        Server.Signal(signal);
    }

    private static List<int> Children(int parent) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(static name => int.TryParse(name, out _)).Select(static name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(pid => Status(pid) is [_, var ppid, ..] && ppid == Text(parent))];

    private static bool IsAlive(int pid) => Status(pid) is [not "Z", ..];

    // State and parent, behind the name in brackets.
    private static string[]? Status(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return null;
        }
    }
}
