/** xml-encryption has no types of its own: the one function that is used. */
declare module "xml-encryption" {
  const xmlEncryption: {
    decryptKeyInfo: (
      document: string,
      options: {
        key: string;
        disallowDecryptionWithInsecureAlgorithm: boolean;
        warnInsecureAlgorithm: boolean;
      },
    ) => Buffer;
  };
  export default xmlEncryption;
}
