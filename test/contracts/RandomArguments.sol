// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @dev Writes calldata for a signature such as `f(address,(uint8,bytes[])[],bytes32)` with arguments drawn at random:
 * well-formed, as every ABI library makes it, so what a call reverts with is the contract's own word. Limits of
 * types come up as often as values between; enums are `uint8` of any value.
 */
abstract contract RandomArguments {
    /// @dev What is read, how far, and what the next number is drawn from.
    struct Draw {
        bytes text;
        uint256 place;
        uint256 seed;
    }

    /// @dev A value: in its place, or behind an offset.
    struct Part {
        bool isDynamic;
        bytes data;
    }

    uint256 private constant MEMBERS_MAX = 16;
    uint256 private constant ARRAY_MAX = 3;
    uint256 private constant BYTES_MAX = 100;

    error UnknownType(string signature, uint256 place);

    /// @dev An account for an argument, or for a caller.
    function _someAddress(uint256 random) internal view virtual returns (address);

    function _calldataOf(string memory signature, uint256 seed) internal view returns (bytes memory) {
        Draw memory draw = Draw(bytes(signature), 0, seed);
        while (draw.text[draw.place] != "(") ++draw.place;
        Part memory arguments = _tuple(draw);
        return abi.encodePacked(bytes4(keccak256(draw.text)), arguments.data);
    }

    function _next(Draw memory draw) internal pure returns (uint256) {
        draw.seed = uint256(keccak256(abi.encode(draw.seed)));
        return draw.seed;
    }

    /// @dev From `(` to behind `)`.
    function _tuple(Draw memory draw) private view returns (Part memory tuple) {
        Part[] memory parts = new Part[](MEMBERS_MAX);
        uint256 count;
        ++draw.place;
        while (draw.text[draw.place] != ")") {
            if (draw.text[draw.place] == ",") ++draw.place;
            parts[count] = _value(draw);
            tuple.isDynamic = tuple.isDynamic || parts[count].isDynamic;
            ++count;
        }
        ++draw.place;
        tuple.data = _join(parts, count);
    }

    /// @dev Of an array the element's type is read again for each element.
    function _value(Draw memory draw) private view returns (Part memory value) {
        uint256 start = draw.place;
        value = _single(draw);
        if (draw.place >= draw.text.length || draw.text[draw.place] != "[") return value;
        uint256 end = draw.place + 2;
        uint256 length = _next(draw) % (ARRAY_MAX + 1);
        Part[] memory elements = new Part[](ARRAY_MAX);
        for (uint256 i = 0; i < length; ++i) {
            draw.place = start;
            elements[i] = _single(draw);
        }
        draw.place = end;
        return Part(true, abi.encodePacked(length, _join(elements, length)));
    }

    function _single(Draw memory draw) private view returns (Part memory) {
        if (draw.text[draw.place] == "(") return _tuple(draw);
        uint256 start = draw.place;
        uint256 number;
        while (draw.text[draw.place] >= "0" && draw.text[draw.place] <= "z") {
            uint8 char = uint8(draw.text[draw.place++]);
            if (char == 0x5b) break;
            if (char <= 0x39) number = number * 10 + char - 0x30;
        }
        if (draw.text[draw.place - 1] == "[") --draw.place;
        uint256 random = _next(draw);
        bytes1 kind = draw.text[start];
        if (kind == "u") return _word(_number(draw, random, number));
        if (kind == "a") return _word(uint256(uint160(_someAddress(random))));
        if (draw.text[start + 1] == "o") return _word(random % 2);
        if (kind == "b" && number > 0) return _word((random >> (256 - number * 8)) << (256 - number * 8));
        if (kind == "b" || kind == "s") return _bytes(draw, random);
        revert UnknownType(string(draw.text), start);
    }

    /// @dev Of `bits` bits: limits, amounts, small numbers, times, and anything.
    function _number(Draw memory draw, uint256 random, uint256 bits) private view returns (uint256 number) {
        uint256 kind = random % 8;
        random = _next(draw);
        if (kind == 0) number = random % 3;
        else if (kind == 1) number = type(uint256).max - random % 3;
        else if (kind == 2) number = random;
        else if (kind == 3) number = random >> (random % 256);
        else if (kind == 4) number = (random % 300_000) * 1 ether;
        else if (kind == 5) number = block.timestamp + random % 100;
        else number = random % 256;
        return bits == 256 ? number : number % 2 ** bits;
    }

    /// @dev A signature's length as often as any other.
    function _bytes(Draw memory draw, uint256 random) private pure returns (Part memory) {
        uint256 length = random % 2 == 0 ? 65 : (random >> 8) % BYTES_MAX;
        bytes memory content = new bytes((length + 31) / 32 * 32);
        for (uint256 i = 0; i < length; i += 32) {
            uint256 word = _next(draw);
            if (length - i < 32) word = (word >> (256 - (length - i) * 8)) << (256 - (length - i) * 8);
            assembly ("memory-safe") {
                mstore(add(add(content, 32), i), word)
            }
        }
        return Part(true, abi.encodePacked(length, content));
    }

    function _word(uint256 value) private pure returns (Part memory) {
        return Part(false, abi.encode(value));
    }

    /// @dev Heads, then tails.
    function _join(Part[] memory parts, uint256 count) private pure returns (bytes memory) {
        uint256 offset;
        for (uint256 i = 0; i < count; ++i) offset += parts[i].isDynamic ? 32 : parts[i].data.length;
        bytes memory heads;
        bytes memory tails;
        for (uint256 i = 0; i < count; ++i) {
            if (parts[i].isDynamic) {
                heads = abi.encodePacked(heads, offset + tails.length);
                tails = abi.encodePacked(tails, parts[i].data);
            } else {
                heads = abi.encodePacked(heads, parts[i].data);
            }
        }
        return abi.encodePacked(heads, tails);
    }
}
