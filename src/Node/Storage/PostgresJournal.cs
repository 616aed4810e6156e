using System.Globalization;
using ActorLog.Node.Settings;
using LinqToDB;
using LinqToDB.DataProvider.PostgreSQL;
using Npgsql;

namespace ActorLog.Node.Storage;

/// <summary>
/// A journal on PostgreSQL. Every new connection is asked what history the database has and whether a commit is on the disk;
/// connections go to the primary, whichever of the hosts that is. Any thread.
/// </summary>
internal sealed class PostgresJournal : IJournal, IAsyncDisposable
{
    /// <summary>linq2db's name for it; what this version of SQL needs is there in 13 too.</summary>
    public const string Provider = "PostgreSQL.15";

    private const int OldestServer = 130000;
    private const string HistoryNote = "journal-history";

    private const int LookSeconds = 5;

    private readonly PostgresSettings _settings;
    private readonly SqliteFile _notes;
    private readonly NpgsqlMultiHostDataSource _pool;
    private readonly NpgsqlMultiHostDataSource _single;
    private readonly NpgsqlDataSource _primary;
    private readonly NpgsqlDataSource _looks;
    private readonly Lock _lock = new();
    private NpgsqlConnection? _look;
    private string? _timeline;
    private bool _hasOtherHistory;

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="settings">Where it is.</param>
    /// <param name="notes">A file of this node, which remembers the history that it has read.</param>
    public PostgresJournal(PostgresSettings settings, SqliteFile notes)
    {
        _settings = settings;
        _notes = notes;
        _pool = SourceOf(isPooled: true);
        _single = SourceOf(isPooled: false);
        _primary = _pool.WithTargetSession(TargetSessionAttributes.Primary);
        _looks = _single.WithTargetSession(TargetSessionAttributes.Primary);
    }

    /// <inheritdoc/>
    public string Place => _settings.Place;

    /// <inheritdoc/>
    public string Id { get; private set; } = string.Empty;

    /// <inheritdoc/>
    public string Timeline
    {
        get
        {
            lock (_lock)
            {
                return _timeline ?? string.Empty;
            }
        }
    }

    /// <inheritdoc/>
    public bool WantsHistory => true;

    /// <inheritdoc/>
    public bool KeepsCutBytes
    {
        get
        {
            lock (_lock)
            {
                return _hasOtherHistory;
            }
        }
    }

    /// <inheritdoc/>
    public string? Outage { get; private set; }

    /// <summary>Connects, makes the tables, proves that the promise can be kept.</summary>
    /// <exception cref="StartFaultException">It never will without an operator; cause and remedy.</exception>
    /// <exception cref="NpgsqlException">It cannot be reached for now.</exception>
    public async Task OpenAsync(CancellationToken stop)
    {
        try
        {
            await using var connection = await _primary.OpenConnectionAsync(stop);
            Id = await PostgresSchema.PrepareAsync(connection, stop);
            Outage = null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Outage = PostgresFaults.TextOf(e);
            throw PostgresFaults.RefusalOf(Place, e) ?? e;
        }
    }

    /// <summary>Asks whether the database answers; <see cref="Timeline"/> and <see cref="Outage"/> say what came of it.</summary>
    /// <param name="isAnew">Whether a connection of its own is opened for it: the one that there is may lead to what was.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>What was met; null when all is well.</returns>
    public async Task<Exception?> LookAsync(bool isAnew, CancellationToken stop)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(TimeSpan.FromSeconds(LookSeconds));
            if (isAnew)
            {
                await CloseLookAsync();
            }

            _look ??= await _looks.OpenConnectionAsync(limit.Token);
            await using var command = new NpgsqlCommand("SELECT 1", _look) { CommandTimeout = LookSeconds };
            await command.ExecuteScalarAsync(limit.Token);
            Outage = null;
            return null;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            await CloseLookAsync();
            var error = e is OperationCanceledException ? new NpgsqlException($"no answer within {LookSeconds} s") : e;
            Outage = PostgresFaults.TextOf(error);
            return error;
        }
    }

    /// <inheritdoc/>
    public void Note(Exception e)
    {
        // Nothing that is salvaged here: damage is the database's own business.
    }

    /// <inheritdoc/>
    public bool IsFence(Exception e) => PostgresFaults.Leaves(e).Any(static leaf =>
        leaf is PostgresException { SqlState: PostgresSchema.NotNext or PostgresSchema.OtherHistory or PostgresErrorCodes.UniqueViolation });

    // The plugin reads the provider's name, linq2db the provider.
    /// <inheritdoc/>
    public DataOptions Options(string beforeCommit = "") => new DataOptions().UseProvider(Provider).UseConnectionFactory(
        PostgreSQLTools.GetDataProvider(PostgreSQLVersion.v15), _ => _primary.CreateConnection());

    /// <summary>All is written in the history that is: what the next start cuts of files is known to it.</summary>
    public void Close()
    {
        if (Timeline is { Length: > 0 } timeline)
        {
            _notes.SetValue(HistoryNote, timeline);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseLookAsync();
        await _pool.DisposeAsync();
        await _single.DisposeAsync();
    }

    private async Task CloseLookAsync()
    {
        if (_look is { } look)
        {
            _look = null;
            await look.DisposeAsync();
        }
    }

    private NpgsqlMultiHostDataSource SourceOf(bool isPooled)
    {
        var builder = PostgresConnections.BuilderOf(_settings);
        var connection = builder.ConnectionStringBuilder;
        connection.Pooling = isPooled;
        connection.MaxPoolSize = 8;
        connection.CancellationTimeout = 2000;
        // Npgsql's own way asks by blocking reads, under a lock that whoever uses or closes the connection waits for: before a
        // database that is silent all of them stood still, and a node that was to end with them.
        connection.KeepAlive = 0;
        connection.TcpKeepAlive = true;
        connection.TcpKeepAliveTime = LookSeconds;
        connection.TcpKeepAliveInterval = 1;
        connection.HostRecheckSeconds = 1;
        connection.NoResetOnClose = true;
        builder.UsePhysicalConnectionInitializer(Begin, BeginAsync);
        return builder.BuildMultiHost();
    }

    // What the server's own settings are asked for is pinned for the session: nobody switches it off under us. A node that is
    // paused within a transaction holds locks that its successor waits for: the server ends it.
    private const string Question = $"""
        SELECT ({PostgresSchema.HistoryQuery}), current_setting('server_version_num')::int, current_setting('server_encoding'),
            current_setting('fsync'), current_setting('full_page_writes'), current_setting('session_replication_role'),
            set_config('synchronous_commit', current_setting('synchronous_commit'), false),
            set_config('idle_in_transaction_session_timeout', '5s', false)
        """;

    private void Begin(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Question, connection);
        using var reader = command.ExecuteReader();
        reader.Read();
        Judge(reader);
    }

    private async Task BeginAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Question, connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Judge(reader);
    }

    private void Judge(NpgsqlDataReader answer)
    {
        if (answer.IsDBNull(0))
        {
            // A standby: looked at only to find the primary.
            return;
        }

        if (answer.GetInt32(1) < OldestServer)
        {
            throw new UnsafeJournalException(
                string.Create(CultureInfo.InvariantCulture, $"the server is of version {answer.GetInt32(1) / 10000}"),
                "Use PostgreSQL 13 or later.");
        }

        Require(answer.GetString(2) == "UTF8", $"the database's encoding is {answer.GetString(2)}", "Make it with ENCODING 'UTF8'.");
        Require(answer.GetString(3) == "on", "fsync is off: a power cut would lose what was acknowledged", "Set fsync = on.");
        Require(
            answer.GetString(4) == "on", "full_page_writes is off: a power cut would tear pages", "Set full_page_writes = on.");
        Require(
            answer.GetString(5) == "origin", "session_replication_role keeps triggers from running, and the fence is one",
            "Take session_replication_role back to origin for this user.");
        Require(
            answer.GetString(6) != "off", "synchronous_commit is off: what was acknowledged would not be on the disk",
            "Set synchronous_commit = on for this user, database and server.");
        OnHistory(answer.GetString(0));
    }

    private void OnHistory(string seen)
    {
        lock (_lock)
        {
            if (_timeline is null)
            {
                var noted = _notes.Value(HistoryNote);
                _hasOtherHistory = noted.Length > 0 && noted != seen;
                if (noted.Length == 0)
                {
                    _notes.SetValue(HistoryNote, seen);
                }
            }
            else if (_timeline != seen)
            {
                _hasOtherHistory = true;
            }

            _timeline = seen;
        }
    }

    private static void Require(bool holds, string cause, string remedy)
    {
        if (!holds)
        {
            throw new UnsafeJournalException(cause, remedy);
        }
    }
}
