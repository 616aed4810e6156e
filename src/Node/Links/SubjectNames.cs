using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ActorLog.Node.Links;

/// <summary>The URIs among a certificate's alternative names, which the framework does not read.</summary>
internal static class SubjectNames
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The URIs, as they are written.</summary>
    /// <exception cref="AsnContentException">The extension is damaged.</exception>
    public static IEnumerable<string> Uris(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions.Where(static e => e.Oid?.Value == SubjectAlternativeName))
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (!names.PeekTag().HasSameClassAndValue(UriTag))
                {
                    names.ReadEncodedValue();
                    continue;
                }

                yield return names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag);
            }
        }
    }
}
