// The drawings themselves, in the order of `silhouette`; included by demo_picture.cpp alone. $b is
// the body's colour, $d a darker and $l a lighter one, $a an accent, $w the wood, $s the line.
#pragma once

#include "actors/catalogue/demo_picture.hpp"

#include <array>

namespace souk::catalogue {

inline constexpr auto shapes = std::to_array<std::string_view>({
    // shirt
    R"(<path fill="$b" d="M150 96 92 122 62 196l44 20 16-28v128h156V188l16 28
44-20-30-74-58-26q-50 38-100 0z"/>
<path fill="$d" d="M150 96q50 38 100 0l-12-6q-38 24-76 0z"/><path d="M200 124v192" fill="none"
opacity=".5"/>
<circle cx="200" cy="160" r="4" fill="$s"/><circle cx="200" cy="205" r="4" fill="$s"/><circle
cx="200" cy="250" r="4" fill="$s"/>)",
    // jumper
    R"(<path fill="$b" d="M148 100 96 122 66 276l40 10 20-92v122h148V194l20 92
40-10-30-154-52-22q-52 30-104 0z"/>
<path fill="$d" d="M126 300h148v22H126zM66 276l40 10-4 18-40-10zM334 276l-40 10 4 18 40-10zM148
100q52 30 104 0l-6-12q-46 24-92 0z"/>
<path fill="none" stroke="$l" stroke-width="6" d="M130 200l18-16 18 16 18-16 18 16 18-16 18 16
18-16 14 14"/>)",
    // trousers
    R"(<path fill="$b" d="M134 80h132l22 246h-58l-30-170-30 170h-58z"/><path
fill="$d" d="M134 80h132l3 24H131z"/>
<path d="M200 104v40M150 112q-2 30-22 34M250 112q2 30 22 34" fill="none" opacity=".6"/>)",
    // shorts
    R"(<path fill="$b" d="M122 110h156l26 168h-86l-18-84-18 84H96z"/><path
fill="$d" d="M122 110h156l4 26H118z"/>
<path d="M190 136l-8 46M210 136l8 46" fill="none" stroke="$l" stroke-width="5"/>)",
    // dress
    R"(<path fill="$b" d="M162 80v40l-16 60-48 142q102 26 204
0l-48-142-16-60V80h-12q-26 44-52 0z"/>
<path fill="$d" d="M148 174q52 16 104 0l4 20q-56 16-112 0z"/><path d="M168 214l-24 106M232 214l24
106M200 216v116" fill="none" opacity=".4"/>)",
    // jacket
    R"(<path fill="$b" d="M152 90 98 112 68 274l40 10 16-76v116h152V208l16 76
40-10-30-162-54-22-48 24z"/>
<path fill="$d" d="M152 90l48 24 48-24-14-16h-68z"/><path fill="none" stroke="$a"
stroke-width="6" d="M200 114v210"/>
<path fill="$d" d="M138 240h42v10h-42zM220 240h42v10h-42z"/>)",
    // shoe
    R"(<path fill="$b" d="M78 236q0-70 20-86l42 4q24 46 78 54l74 18q34 10 34
44H78z"/>
<path fill="$l" d="M72 268h258q4 30-18 34H90q-20-4-18-34z"/>
<path fill="none" stroke="$l" stroke-width="7" d="M146 186l28-14M166 202l28-14M190
214l24-16"/><path fill="$d" d="M78 236q0-34 6-54 20 8 22 86H78z"/>)",
    // boot
    R"(<path fill="$b" d="M128 84h98l4 116 68 30q26 14 26 50H124z"/><path
fill="$d" d="M118 280h210v26H118zM124 84h106v22H124z"/>
<path fill="none" stroke="$l" stroke-width="6" d="M186 136h40M186 160h40M188 184h42"/>)",
    // backpack
    R"(<path fill="none" stroke="$d" stroke-width="14" d="M168 92q0-36 32-36t32
36"/><rect x="112" y="88" width="176" height="236" rx="52" fill="$b"/>
<rect x="136" y="212" width="128" height="92" rx="18" fill="$d"/><path fill="none" stroke="$l"
stroke-width="6" d="M136 164h128M152 240h96"/>
<path fill="$d" d="M98 200h18v92H98zM284 200h18v92h-18z"/>)",
    // bag
    R"(<path fill="none" stroke="$d" stroke-width="12" d="M150 178q0-88 50-88t50
88"/><path fill="$b" d="M96 160h208l16 158H80z"/>
<path fill="$d" d="M96 160h208l2 20H94z"/><rect x="178" y="206" width="44" height="30" rx="6"
fill="$a"/>)",
    // suitcase
    R"(<path fill="none" stroke="$d" stroke-width="12" d="M164
112V66h72v46"/><rect x="112" y="108" width="176" height="204" rx="22" fill="$b"/>
<path fill="none" stroke="$d" stroke-width="6" d="M148 116v188M182 116v188M218 116v188M252
116v188"/><circle cx="146" cy="324" r="12" fill="$s"/><circle cx="254" cy="324" r="12"
fill="$s"/>)",
    // wallet
    R"(<rect x="84" y="128" width="232" height="156" rx="18" fill="$b"/><path
fill="$d" d="M84 160h232v12H84z"/>
<rect x="232" y="196" width="84" height="44" rx="10" fill="$d"/><circle cx="252" cy="218" r="8"
fill="$a"/>
<path fill="none" stroke="$l" stroke-dasharray="8 6" stroke-width="3" d="M98 270h204"/>)",
    // hat
    R"(<path fill="$b" d="M112 230q0-106 92-106t88 106z"/><path fill="$d" d="M104
230h196q52 6 52 30-64-14-248-6z"/>
<path d="M202 124q-34 40-36 106M202 124q34 40 36 106" fill="none" opacity=".45"/><circle cx="202"
cy="122" r="8" fill="$d"/>)",
    // scarf
    R"(<path fill="$b" d="M126 100q74-40 148 0l8 52q-82 44-164 0z"/><path
fill="$b" d="M150 158l58 10-20 148h-62z"/><path fill="$d" d="M208 162l46-8 26 130-58 10z"/>
<path fill="none" stroke="$l" stroke-width="7" d="M143 206l58 8M136 250l58 8M118 128q82 40 164
0"/><path fill="none" stroke="$d" stroke-width="5" d="M130 316v16M146 316v16M162 316v16M178
316v16"/>)",
    // watch
    R"(<path fill="$d" d="M164 60h72l8 72h-88zM164 340h72l8-72h-88z"/><circle
cx="200" cy="200" r="84" fill="$b"/><circle cx="200" cy="200" r="64" fill="#fbfaf6"/>
<path fill="none" stroke="#33363d" stroke-width="7" d="M200 158v42l30 20"/><rect x="284" y="190"
width="16" height="20" rx="4" fill="$a"/>
<path stroke="#33363d" stroke-width="4" d="M200 142v8M200 250v8M142 200h8M250 200h8"/>)",
    // ring
    R"(<circle cx="200" cy="232" r="88" fill="none" stroke="$s"
stroke-width="30"/><circle cx="200" cy="232" r="88" fill="none" stroke="$b" stroke-width="22"/>
<path fill="$a" d="M158 102h84l26 30-68 56-68-56z"/><path fill="none" stroke="$l"
stroke-width="4" d="M132 132h136M158 102l42 86 42-86"/>)",
    // glasses
    R"(<path fill="none" stroke="$b" stroke-width="14" d="M178 196q22-20 44 0M88
184l-26-16M312 184l26-16"/>
<rect x="84" y="168" width="98" height="78" rx="36" fill="$d"/><rect x="218" y="168" width="98"
height="78" rx="36" fill="$d"/>
<rect x="84" y="168" width="98" height="78" rx="36" fill="none" stroke="$b"
stroke-width="12"/><rect x="218" y="168" width="98" height="78" rx="36" fill="none" stroke="$b"
stroke-width="12"/>
<path fill="none" stroke="#ffffff" stroke-width="6" opacity=".5" d="M108 202l18-18M242
202l18-18"/>)",
    // mug
    R"(<path fill="none" stroke="$d" stroke-width="20" d="M262 164q66-6 66 50t-72
52"/><path fill="$b" d="M100 118h176l-10 176q-2 20-24 20H134q-22 0-24-20z"/>
<ellipse cx="188" cy="118" rx="88" ry="20" fill="$l"/><ellipse cx="188" cy="120" rx="74" ry="14"
fill="#5b3b28"/><path fill="$d" d="M105 206h166l-2 26H107z"/>)",
    // bowl
    R"(<path fill="$b" d="M64 184h272q-10 116-104
124h-64q-94-8-104-124z"/><ellipse cx="200" cy="184" rx="136" ry="30" fill="$l"/><ellipse cx="200"
cy="188" rx="116" ry="22" fill="$d"/>
<path fill="$d" d="M158 306h84l8 18h-100z"/>)",
    // teapot
    R"(<path fill="none" stroke="$d" stroke-width="16" d="M120 178q-66-6-60 44t70
46"/><path fill="$b" d="M268 232q30-14 40-64l38-12q-2 90-72 128z"/>
<path fill="$b" d="M112 226q0-84 84-84t84 84q0 86-84 86t-84-86z"/><path fill="$d" d="M146
148q50-30 100 0z"/><circle cx="196" cy="120" r="13" fill="$a"/>)",
    // pan
    R"(<path fill="none" stroke="$s" stroke-width="26" stroke-linecap="round"
d="M246 190l96-62"/><path fill="none" stroke="$w" stroke-width="18" stroke-linecap="round"
d="M246 190l96-62"/>
<ellipse cx="166" cy="228" rx="114" ry="86" fill="$d"/><ellipse cx="166" cy="218" rx="114"
ry="84" fill="$b"/><ellipse cx="166" cy="216" rx="88" ry="62" fill="$d"/>
<path fill="none" stroke="$l" stroke-width="6" opacity=".6" d="M104 196q24-30 62-32"/>)",
    // knife
    R"(<path fill="$b" d="M62 222Q150 128 262 134l0 62q-100 6-200 26z"/><path
fill="none" stroke="#ffffff" stroke-width="4" opacity=".5" d="M88 208q80-66 166-62"/>
<path fill="$d" d="M262 130h14v70h-14z"/><path fill="$w" d="M276 134q60-4 78 28-12 34-78
34z"/><circle cx="300" cy="165" r="5" fill="$s"/><circle cx="328" cy="167" r="5" fill="$s"/>)",
    // board
    R"(<rect x="88" y="128" width="192" height="164" rx="22" fill="$w"/><path
fill="$w" d="M278 184h54q18 26 0 52h-54z"/><circle cx="314" cy="210" r="10" fill="$d"/>
<path fill="none" stroke="$d" stroke-width="4" opacity=".5" d="M104 170q84 14 160 0M104 212q70-14
160 4M104 252q90 12 160-2"/>)",
    // bottle
    R"(<rect x="174" y="58" width="52" height="34" rx="8" fill="$a"/><path
fill="$b" d="M176 92h48v32q38 18 38 62v124q0 24-24 24h-76q-24 0-24-24V186q0-44 38-62z"/>
<path fill="$l" d="M138 208h124v74H138z"/><path fill="$d" d="M154 228h92v10h-92zM154
248h60v8h-60z"/>)",
    // jar
    R"(<rect x="126" y="82" width="148" height="40" rx="10" fill="$a"/><path
fill="$b" d="M120 134q0-12 12-12h136q12 0 12 12 22 18 22 48v108q0 34-34 34H132q-34
0-34-34V182q0-30 22-48z"/>
<rect x="134" y="196" width="132" height="84" rx="8" fill="$l"/><path fill="$d" d="M154
220h92v10h-92zM154 244h60v8h-60z"/>)",
    // blanket
    R"(<path fill="$d" d="M82 254q118 44 236 0v40q-118 44-236 0z"/><path
fill="$b" d="M82 200q118 44 236 0v46q-118 44-236 0z"/><path fill="$l" d="M82 150q118-40 236
0v42q-118 44-236 0z"/>
<path fill="none" stroke="$d" stroke-width="5" d="M120 214v46M160 222v48M200 226v48M240
222v48M280 214v46"/><path fill="none" stroke="$a" stroke-width="6" d="M82 170q118 40 236 0"/>)",
    // cushion
    R"(<path fill="$b" d="M84 104q116 26 232 0-22 96 0 192-116-26-232 0 22-96
0-192z"/><path fill="none" stroke="$d" stroke-width="5" d="M116 140q84 14 168 0-12 60 0
120-84-14-168 0 12-60 0-120z"/>
<circle cx="200" cy="200" r="10" fill="$d"/>)",
    // towel
    R"(<path fill="none" stroke="$s" stroke-width="10" stroke-linecap="round"
d="M76 96h248"/><path fill="$d" d="M112 92h176v176H112z"/><path fill="$b" d="M112
92h150v226H112z"/>
<path fill="$l" d="M112 250h150v14H112zM112 276h150v8H112z"/><path fill="none" stroke="$b"
stroke-width="5" d="M120 318v14M146 318v14M172 318v14M198 318v14M224 318v14M250 318v14"/>)",
    // lamp
    R"(<path fill="none" stroke="$s" stroke-width="14" d="M200 186v118"/><path
fill="none" stroke="$w" stroke-width="8" d="M200 186v118"/><path fill="$b" d="M152 82h96l46
108H106z"/>
<path fill="#ffe9a8" opacity=".8" stroke="none" d="M116 196h168l26 60H90z"/><path fill="$d"
d="M140 304h120q12 0 12 18H128q0-18 12-18z"/><path fill="none" stroke="$l" stroke-width="5"
d="M160 96l-34 80"/>)",
    // candle
    R"(<path fill="#f2a93b" d="M200 68q34 44 0 66-34-22 0-66z"/><path fill="none"
stroke="#33363d" stroke-width="5" d="M200 130v26"/><rect x="138" y="154" width="124" height="166"
rx="14" fill="$b"/>
<ellipse cx="200" cy="156" rx="62" ry="14" fill="$l"/><path fill="$l" d="M138
220h124v56H138z"/><path fill="$d" d="M160 236h80v9h-80zM160 254h52v7h-52z"/>)",
    // vase
    R"(<path fill="none" stroke="#5f8a5a" stroke-width="7" d="M196
150q-8-50-38-76M204 150q4-60 44-80"/><circle cx="154" cy="72" r="20" fill="$a"/><circle cx="252"
cy="66" r="16" fill="$a"/>
<path fill="$b" d="M166 142h68q-6 34 22 62 36 40 14 88-10 34-38 34h-64q-28 0-38-34-22-48 14-88
28-28 22-62z"/><path fill="none" stroke="$l" stroke-width="7" d="M134 240q66 24 132 0"/>)",
    // clock
    R"(<circle cx="200" cy="200" r="128" fill="$w"/><circle cx="200" cy="200"
r="104" fill="#fbfaf6"/><path stroke="#33363d" stroke-width="7" d="M200 108v16M200 276v16M108
200h16M276 200h16"/>
<path fill="none" stroke="#33363d" stroke-width="10" stroke-linecap="round" d="M200 136v64l46
26"/><circle cx="200" cy="200" r="9" fill="$a"/>)",
    // mirror
    R"(<ellipse cx="200" cy="196" rx="106" ry="136" fill="$w"/><ellipse cx="200"
cy="196" rx="86" ry="116" fill="#d9e6ee"/>
<path fill="none" stroke="#ffffff" stroke-width="12" stroke-linecap="round" d="M150 190l56-64M158
232l96-110"/>)",
    // chair
    R"(<path fill="none" stroke="$s" stroke-width="18" stroke-linecap="round"
d="M136 220l-14 108M264 220l14 108"/><path fill="none" stroke="$w" stroke-width="12"
stroke-linecap="round" d="M136 220l-14 108M264 220l14 108M148 76v130M252 76v130"/>
<path fill="$b" d="M144 76q56-18 112 0v50q-56-14-112 0z"/><path fill="$b" d="M116 200h168l10
30q-94 16-188 0z"/><path fill="$w" d="M150 150h100v14H150z"/>)",
    // sofa
    R"(<path fill="$w" d="M96 290h18v34H96zM286 290h18v34h-18z"/><path fill="$b"
d="M96 128q104-36 208 0v96H96z"/><path fill="$d" d="M62 186q34-14 44 20v36h188v-36q10-34
44-20v106H62z"/>
<path fill="$l" d="M110 208h88v44h-88zM202 208h88v44h-88z"/>)",
    // table
    R"(<path fill="none" stroke="$s" stroke-width="20" stroke-linecap="round"
d="M104 184L88 320M296 184l16 136"/><path fill="none" stroke="$w" stroke-width="14"
stroke-linecap="round" d="M104 184L88 320M296 184l16 136"/>
<rect x="60" y="150" width="280" height="34" rx="10" fill="$w"/><path fill="$d" d="M120
184h160v26H120z" opacity=".7"/><circle cx="200" cy="197" r="5" fill="$l"/>
<path fill="$b" d="M222 104h44l-6 46h-32z"/>)",
    // shelf
    R"(<path fill="$w" d="M92 70h18v262H92zM290 70h18v262h-18zM92
70h216v16H92zM92 152h216v14H92zM92 234h216v14H92zM92 316h216v16H92z"/>
<path fill="$b" d="M122 94h22v58h-22zM170 190h26v44h-26zM232 256h34v60h-34z"/><path fill="$a"
d="M148 104h16v48h-16zM200 178h18v56h-18zM126 266h18v50h-18z"/><path fill="$d" d="M168
98h24v54h-24zM250 122h30v30h-30zM148 258h20v58h-20z"/>)",
    // headphones
    R"(<path fill="none" stroke="$s" stroke-width="30" d="M96 232q0-132
104-132t104 132"/><path fill="none" stroke="$b" stroke-width="22" d="M96 232q0-132 104-132t104
132"/>
<rect x="72" y="206" width="60" height="104" rx="26" fill="$b"/><rect x="268" y="206" width="60"
height="104" rx="26" fill="$b"/><rect x="116" y="214" width="28" height="88" rx="14"
fill="$d"/><rect x="256" y="214" width="28" height="88" rx="14" fill="$d"/>)",
    // speaker
    R"(<rect x="118" y="68" width="164" height="260" rx="24" fill="$b"/><circle
cx="200" cy="240" r="58" fill="$d"/><circle cx="200" cy="240" r="28" fill="$l"/><circle cx="200"
cy="130" r="32" fill="$d"/><circle cx="200" cy="130" r="13" fill="$a"/>)",
    // phone
    R"(<rect x="126" y="58" width="148" height="284" rx="28" fill="$b"/><rect
x="138" y="74" width="124" height="252" rx="16" fill="#20242c"/><path fill="$a" opacity=".85"
stroke="none" d="M138 240q62-60 124 0v70q0 16-16 16h-92q-16 0-16-16z"/>
<circle cx="226" cy="136" r="24" fill="$l" stroke="none"/><rect x="178" y="84" width="44"
height="10" rx="5" fill="$d" stroke="none"/>)",
    // charger
    R"(<rect x="96" y="150" width="150" height="126" rx="26" fill="$b"/><path
fill="none" stroke="$s" stroke-width="12" stroke-linecap="round" d="M246 214h40q34 0
34-34V96"/><rect x="304" y="62" width="32" height="44" rx="6" fill="$d"/>
<path fill="$d" d="M126 118h14v34h-14zM200 118h14v34h-14z"/><path fill="$a" d="M182 168l-34
52h24l-10 40 36-54h-24z"/>)",
    // keyboard
    R"(<rect x="54" y="136" width="292" height="136" rx="18" fill="$b"/><path
fill="$l" d="M74 156h28v24H74zM110 156h28v24h-28zM146 156h28v24h-28zM182 156h28v24h-28zM218
156h28v24h-28zM254 156h28v24h-28zM84 190h28v24H84zM120 190h28v24h-28zM156 190h28v24h-28zM192
190h28v24h-28zM228 190h28v24h-28zM264 190h28v24h-28zM74 224h36v24H74zM272 224h54v24h-54z"/>
<path fill="$a" d="M290 156h36v24h-36z"/><path fill="$d" d="M118 224h146v24H118z"/>)",
    // camera
    R"(<path fill="$b" d="M150 124l18-34h64l18 34h54q20 0 20 20v140q0 20-20
20H96q-20 0-20-20V144q0-20 20-20z"/><circle cx="200" cy="212" r="68" fill="$d"/><circle cx="200"
cy="212" r="46" fill="#20242c"/><circle cx="184" cy="196" r="13" fill="$l" stroke="none"/>
<rect x="272" y="142" width="34" height="20" rx="6" fill="$a"/>)",
    // book
    R"(<path fill="#fbfaf6" d="M118 82h178v232H118z"/><path fill="$b" d="M104
76q0-12 12-12h152q12 0 12 12v224q0 12-12 12H116q-12 0-12-12z"/><path fill="$d" d="M104
64h26v248h-26z"/>
<rect x="156" y="112" width="98" height="56" rx="6" fill="$l"/><path fill="$d" d="M170
130h70v8h-70zM170 146h44v7h-44z"/><path fill="$a" d="M246 300h18v44l-9-10-9 10z"/>)",
    // pen
    R"(<path fill="$b" d="M96 272L262 84l46 40-166 188z"/><path fill="$d" d="M262
84l16-18q12-10 28 4l14 12q14 14 4 26l-16 16z"/><path fill="$a" d="M96 272l46 40-66 26z"/><path
fill="none" stroke="$l" stroke-width="7" d="M128 264L262 112"/>
<path stroke="$s" stroke-width="4" fill="none" d="M76 338l38-42"/>)",
    // pouch
    R"(<path fill="$b" d="M118 78h164l16 42-10 196q-88 18-176 0l-10-196z"/><path
fill="$d" d="M118 78h164l10 30H108z"/><path fill="$l" d="M140 164h120v104H140z"/><ellipse
cx="200" cy="204" rx="22" ry="30" fill="#6b4528"/><path fill="none" stroke="#fbfaf6"
stroke-width="4" d="M204 178q-16 26 0 52"/><path fill="$d" d="M158 246h84v8h-84z"/>)",
    // tent
    R"(<path fill="$b" d="M200 92L352 306H48z"/><path fill="$d" d="M200 92l-62
214h124z"/><path fill="#20242c" d="M200 160l-36 146h72z"/><path fill="none" stroke="$l"
stroke-width="5" d="M200 92V70M48 306l-18 14M352 306l18 14"/>)",
    // dumbbell
    R"(<path fill="none" stroke="$s" stroke-width="28" d="M120 200h160"/><path
fill="none" stroke="#aab1bb" stroke-width="20" d="M120 200h160"/><rect x="92" y="128" width="40"
height="144" rx="12" fill="$b"/><rect x="268" y="128" width="40" height="144" rx="12"
fill="$b"/><rect x="58" y="152" width="32" height="96" rx="10" fill="$d"/><rect x="310" y="152"
width="32" height="96" rx="10" fill="$d"/>)",
    // wheel
    R"(<circle cx="200" cy="200" r="128" fill="none" stroke="$s"
stroke-width="26"/><circle cx="200" cy="200" r="108" fill="none" stroke="$b"
stroke-width="14"/><path stroke="#aab1bb" stroke-width="4" d="M200 96v208M96 200h208M126 126l148
148M274 126L126 274M160 104l80 192M240 104l-80 192M104 160l192 80M104 240l192-80"/><circle
cx="200" cy="200" r="22" fill="$a"/>)",
    // helmet
    R"(<path fill="$b" d="M76 248q0-142 124-142t124 142q-60 26-124 26T76
248z"/><path fill="$d" d="M128 150q22-18 40-24l-16 104-30-4zM272 150q-22-18-40-24l16 104
30-4zM188 120h24v112h-24z"/><path fill="none" stroke="$s" stroke-width="7" d="M104 262q30 62 96
64 66-2 96-64"/>)",
    // ball
    R"(<circle cx="200" cy="200" r="124" fill="$b"/><path fill="none" stroke="$d"
stroke-width="8" d="M200 76q-60 124 0 248M200 76q60 124 0 248M76 200q124-60 248 0M84 244q116 56
232 0"/><path fill="none" stroke="$l" stroke-width="9" stroke-linecap="round" d="M124 140q22-32
58-40"/>)",
    // plant
    R"(<path fill="#4f8a57" d="M200 210q-96-20-92-112 84 8 92 112zM200 210q84-40
96-122-90 20-96 122z"/><path fill="#6aa76f" d="M200 214q-30-70 0-140 34 70 0 140z"/><path
fill="$b" d="M126 206h148l-20 118H146z"/><path fill="$d" d="M116 200h168v28H116z"/>)",
    // can
    R"(<path fill="none" stroke="$d" stroke-width="14" d="M140 150q40-70
104-2"/><path fill="$b" d="M112 150h140l14 162H98z"/><path fill="$b" d="M256 214l64-86 22 12-78
142z"/><path fill="$d" d="M308 104l52 34-12 18-54-32zM112 150h140l2 20H110z"/><path fill="none"
stroke="$d" stroke-width="12" d="M108 190q-48 6-44 52t38 42"/>)",
    // hammer
    R"(<path fill="none" stroke="$s" stroke-width="34" stroke-linecap="round"
d="M176 176l116 142"/><path fill="none" stroke="$w" stroke-width="26" stroke-linecap="round"
d="M176 176l116 142"/><path fill="$b" d="M88 168l90-84 24 6 26 28-18 10 6 12-70 64-14-8-20
20z"/><path fill="$d" d="M88 168l24-22 26 40-26 20z"/>)",
    // blocks
    R"(<rect x="86" y="212" width="108" height="104" rx="10" fill="$b"/><rect
x="206" y="212" width="108" height="104" rx="10" fill="$a"/><rect x="146" y="98" width="108"
height="104" rx="10" fill="$w"/><path fill="$l" d="M200 124l28 50h-56z"/><circle cx="140"
cy="264" r="26" fill="$l"/><rect x="238" y="242" width="44" height="44" fill="$l"/>)",
    // teddy
    R"(<circle cx="142" cy="104" r="28" fill="$d"/><circle cx="258" cy="104"
r="28" fill="$d"/><ellipse cx="200" cy="268" rx="82" ry="70" fill="$b"/><circle cx="200" cy="148"
r="76" fill="$b"/><ellipse cx="200" cy="172" rx="34" ry="26" fill="$l"/><circle cx="172" cy="138"
r="8" fill="#20242c"/><circle cx="228" cy="138" r="8" fill="#20242c"/><ellipse cx="200" cy="162"
rx="12" ry="8" fill="#20242c"/>
<ellipse cx="200" cy="276" rx="42" ry="40" fill="$l"/><circle cx="132" cy="318" r="28"
fill="$d"/><circle cx="268" cy="318" r="28" fill="$d"/>)",
    // puzzle
    R"(<path fill="$b" d="M96 112h82q-18-46 22-46t22 46h82v82q46-18 46 22t-46
22v82H96v-82q46 18 46-22t-46-22z"/><path fill="none" stroke="$l" stroke-width="7"
stroke-linecap="round" d="M116 132h54M116 132v40"/>)",
    // soap
    R"(<rect x="82" y="158" width="236" height="130" rx="52" fill="$b"/><rect
x="112" y="182" width="176" height="82" rx="34" fill="none" stroke="$d" stroke-width="6"/><path
fill="$d" d="M156 216h88v9h-88zM172 234h56v8h-56z"/><circle cx="112" cy="120" r="20"
fill="#ffffff" opacity=".8"/><circle cx="154" cy="92" r="14" fill="#ffffff" opacity=".8"/><circle
cx="288" cy="118" r="26" fill="#ffffff" opacity=".8"/>)",
    // pump
    R"(<path fill="$d" d="M190 92h20v40h-20zM146 78h86v20h-64l-22 10z"/><rect
x="164" y="128" width="72" height="26" rx="8" fill="$a"/><rect x="130" y="152" width="140"
height="176" rx="26" fill="$b"/><rect x="146" y="206" width="108" height="82" rx="8"
fill="$l"/><path fill="$d" d="M164 226h72v9h-72zM164 246h48v8h-48z"/>)",
});

} // namespace souk::catalogue
