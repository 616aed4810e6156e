using System.Security.Cryptography;
using ActorLog.Node.Links;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Looks at the certificates' files every few seconds: what was renewed is used by new connections, without a restart. What
/// cannot be used yet is said once, and the one in use goes on.
/// </summary>
internal sealed class CertificateActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly TlsIdentity _identity;
    private readonly Ledger _ledger;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private string? _told;

    /// <summary>See <see cref="Props"/>.</summary>
    public CertificateActor(TlsIdentity identity, Ledger ledger, TimeProvider time)
    {
        _identity = identity;
        _ledger = ledger;
        _time = time;
        Receive<Look>(_ => Renew());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(TlsIdentity identity, Ledger ledger, TimeProvider time) =>
        Akka.Actor.Props.Create(() => new CertificateActor(identity, ledger, time));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        TellEnd();
        if (_identity.FindFault(_time.GetUtcNow()) is { } fault)
        {
            _log.Warning("tls.certificate: {0}; no peer accepts it (actorlog certs makes a new one)", fault);
        }

        Timers.StartPeriodicTimer(nameof(Look), Look.Instance, Every);
    }

    private void Renew()
    {
        try
        {
            if (_identity.Renew(_time.GetUtcNow()))
            {
                _told = null;
                TellEnd();
                _log.Info("tls: renewed, new connections use the certificate that ends on {0:u}", _identity.Validity.Ends);
            }
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            if (_told != e.Message)
            {
                _told = e.Message;
                _log.Warning("tls: the files have changed and cannot be used, what was read before stays in use: {0}", e.Message);
            }
        }
    }

    private void TellEnd() =>
        _ledger.Set(LedgerLevel.CertificateEnds, new DateTimeOffset(_identity.Validity.Ends).ToUnixTimeSeconds());

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }
}
