/**
 * What a token list is: the schema of @uniswap/token-lists 1.0.0-beta.35 (MIT, Uniswap 2020), word
 * for word but for its titles, examples and descriptions, and the properties that we do not send.
 */
export const TOKEN_LIST_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  definitions: {
    Version: {
      type: 'object',
      additionalProperties: false,
      properties: {
        major: {
          type: 'integer',
          minimum: 0,
        },
        minor: {
          type: 'integer',
          minimum: 0,
        },
        patch: {
          type: 'integer',
          minimum: 0,
        },
      },
      required: ['major', 'minor', 'patch'],
    },
    TagIdentifier: {
      type: 'string',
      minLength: 1,
      maxLength: 10,
      pattern: '^[\\w]+$',
    },
    ExtensionIdentifier: {
      type: 'string',
      minLength: 1,
      maxLength: 40,
      pattern: '^[\\w]+$',
    },
    ExtensionMap: {
      type: 'object',
      maxProperties: 10,
      propertyNames: {
        $ref: '#/definitions/ExtensionIdentifier',
      },
      additionalProperties: {
        $ref: '#/definitions/ExtensionValue',
      },
    },
    ExtensionPrimitiveValue: {
      anyOf: [
        {
          type: 'string',
          minLength: 1,
          maxLength: 42,
        },
        {
          type: 'boolean',
        },
        {
          type: 'number',
        },
        {
          type: 'null',
        },
      ],
    },
    ExtensionValue: {
      anyOf: [
        {
          $ref: '#/definitions/ExtensionPrimitiveValue',
        },
        {
          type: 'object',
          maxProperties: 10,
          propertyNames: {
            $ref: '#/definitions/ExtensionIdentifier',
          },
          additionalProperties: {
            $ref: '#/definitions/ExtensionValueInner0',
          },
        },
      ],
    },
    ExtensionValueInner0: {
      anyOf: [
        {
          $ref: '#/definitions/ExtensionPrimitiveValue',
        },
        {
          type: 'object',
          maxProperties: 10,
          propertyNames: {
            $ref: '#/definitions/ExtensionIdentifier',
          },
          additionalProperties: {
            $ref: '#/definitions/ExtensionValueInner1',
          },
        },
      ],
    },
    ExtensionValueInner1: {
      anyOf: [
        {
          $ref: '#/definitions/ExtensionPrimitiveValue',
        },
      ],
    },
    TokenInfo: {
      type: 'object',
      additionalProperties: false,
      properties: {
        chainId: {
          type: 'integer',
          minimum: 1,
        },
        address: {
          type: 'string',
          pattern: '^(0x[a-fA-F0-9]{40}|[1-9A-HJ-NP-Za-km-z]{32,44})$',
        },
        decimals: {
          type: 'integer',
          minimum: 0,
          maximum: 255,
        },
        name: {
          type: 'string',
          minLength: 0,
          maxLength: 60,
          anyOf: [
            {
              const: '',
            },
            {
              pattern: '^[ \\S+]+$',
            },
          ],
        },
        symbol: {
          type: 'string',
          minLength: 0,
          maxLength: 20,
          anyOf: [
            {
              const: '',
            },
            {
              pattern: '^\\S+$',
            },
          ],
        },
        logoURI: {
          type: 'string',
          format: 'uri',
        },
        tags: {
          type: 'array',
          items: {
            $ref: '#/definitions/TagIdentifier',
          },
          maxItems: 10,
        },
        extensions: {
          $ref: '#/definitions/ExtensionMap',
        },
      },
      required: ['chainId', 'address', 'decimals', 'name', 'symbol'],
    },
  },
  type: 'object',
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 30,
      pattern: '^[\\w ]+$',
    },
    timestamp: {
      type: 'string',
      format: 'date-time',
    },
    version: {
      $ref: '#/definitions/Version',
    },
    tokens: {
      type: 'array',
      items: {
        $ref: '#/definitions/TokenInfo',
      },
      minItems: 1,
      maxItems: 10000,
    },
  },
  required: ['name', 'timestamp', 'version', 'tokens'],
} as const
